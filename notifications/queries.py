"""What may be read from the bell."""

from django.db import models

from notifications.models import Notification

PAGE = 30


def count_unread(user: models.Model) -> int:
    return Notification.objects.visible_to(user).unread().count()


def get_notifications(user: models.Model, *, before: int | None = None) -> list[Notification]:
    """The newest page, or the page older than the id `before`; one row more than a page tells that there is more."""
    rows = Notification.objects.visible_to(user).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[: PAGE + 1])
