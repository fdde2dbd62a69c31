"""Pages of deleting the cabinet."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.privacy import deleting
from accounts.privacy.holds import get_holds
from accounts.recovery.holds import refuse_while_held
from accounts.residents import resident_of
from accounts.stepup import require_recent_password


@require_http_methods(["GET", "HEAD", "POST"])
@refuse_while_held
@require_recent_password()
def deletion(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays before anything is asked for."""
    user, now = resident_of(request), timezone.now()
    if request.method == "POST":
        try:
            deleting.request_deletion(user=user, at=now)
        except (deleting.StaffCannotDelete, deleting.TooManyDeletions) as error:
            messages.warning(request, str(error))
        return redirect("privacy:deletion")
    context = {
        "due": user.deletion_due_at or now + deleting.UNDO_FOR,
        "is_pending": user.deletion_due_at is not None,
        "works_here": deleting.works_here(user),
        "stays": [hold.told for hold in get_holds() if hold.told],
    }
    return render(request, "accounts/privacy/deletion.html", context)


@require_POST
def deletion_withdraw(request: HttpRequest) -> HttpResponse:
    """One tap, no password: it can only keep what there is."""
    try:
        if deleting.withdraw_deletion(user=resident_of(request), at=timezone.now()):
            messages.success(request, "Кабинет остаётся, всё на месте.")
    except deleting.DeletionBegan as error:
        messages.warning(request, str(error))
    return redirect("privacy:my_data")
