"""What may be read from the bell."""

from typing import TYPE_CHECKING

from notifications.models import Notification

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 30


def count_unread(user: "User") -> int:
    return Notification.objects.visible_to(user).unread().count()


def get_notifications(user: "User", *, before: int | None = None) -> list[Notification]:
    """The newest page, or the page older than the id `before`; one row more than a page tells that there is more."""
    rows = Notification.objects.visible_to(user).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[: PAGE + 1])
