"""What may be read from the bell."""

from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from notifications.models import Notification

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 30


def count_unread(user: "User") -> int:
    if user.unread_count is not None:
        return user.unread_count
    return Notification.objects.visible_to(user).unread().count()


def unread_count_of(user: OuterRef) -> Coalesce:
    """The same as a part of another statement; right only for a user none of whose past is hidden."""
    unread = Notification.objects.unread().filter(user=user).order_by().values("user")
    return Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0)


def get_notifications(user: "User", *, before: int | None = None) -> list[Notification]:
    """The newest page, or the page older than the id `before`; one row more than a page tells that there is more."""
    rows = Notification.objects.visible_to(user).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[: PAGE + 1])
