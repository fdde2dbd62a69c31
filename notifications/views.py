"""The bell."""

from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notifications import operations, queries
from notifications.models import Notification
from notifications.page_keys import read_key

if TYPE_CHECKING:
    from accounts.models import User


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    rows = queries.get_notifications(_user(request), before=read_key(request.GET.get("before", "")))
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    return render(
        request,
        "notifications/notification_list.html",
        {
            "notifications": page,
            "older": page[-1].pk if more else None,
            "any_unread": any(n.read_at is None for n in page),
        },
    )


@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        notification = operations.mark_notification_read(notification_id=pk, user=_user(request), at=timezone.now())
    except Notification.DoesNotExist as error:
        raise Http404 from error
    return redirect(notification.url or "notifications:notification_list")


@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponse:
    operations.mark_all_read(user=_user(request), at=timezone.now())
    return redirect("notifications:notification_list")


def _user(request: HttpRequest) -> "User":
    """Signed in: `LoginRequiredMiddleware` lets nobody else come here."""
    return cast("User", request.user)
