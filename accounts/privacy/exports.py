"""Pages of the copy of personal data."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import DataExport
from accounts.privacy import exporting, queries
from accounts.residents import resident_of
from accounts.stepup import ask_for_password, require_recent_password


@require_http_methods(["GET", "HEAD", "POST"])
@require_recent_password()
def export_overview(request: HttpRequest) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    if user.hidden_before is not None:
        messages.warning(request, "Копию данных отдадим, как только узнаем, что кабинет ваш.")
        return redirect("recovery:recovery_prove")
    if request.method == "POST":
        try:
            exporting.request_data_export(user=user, at=now)
        except exporting.TooManyExports as error:
            messages.warning(request, str(error))
        return redirect("privacy:export_overview")
    return render(request, "accounts/privacy/export.html", {"export": queries.get_data_export(user, at=now)})


@require_safe
def export_progress(request: HttpRequest) -> HttpResponse:
    """How far the newest copy has come; asked again and again by the page."""
    export = queries.get_data_export(resident_of(request), at=timezone.now())
    return render(request, "accounts/privacy/_export.html", {"export": export})


@require_safe
def export_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    now = timezone.now()
    try:
        export = queries.get_ready_export(resident_of(request), public_id, at=now)
    except DataExport.DoesNotExist as error:
        raise Http404 from error
    if asked := ask_for_password(request, at=now):
        return asked
    record_event(Kind.DATA_EXPORT_TAKEN, user=export.user_id, figures={"export": export.pk}, at=now)
    return HttpResponse(
        bytes(export.content or b""),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
    )
