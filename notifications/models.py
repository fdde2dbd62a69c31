"""The bell and the outbox. This floor knows no other app."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User


MOST_ATTEMPTS = 10
"""The plans of `OutgoingMessage.next_delay` end before."""


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User") -> "NotificationQuerySet":
        """While a resident's past is hidden: news of the door, and of what is younger than that past."""
        if user.hidden_before is None:
            return self.filter(user=user)
        is_shown = Q(event__startswith="accounts/") | Q(since__gte=user.hidden_before)
        return self.filter(is_shown, user=user, created_at__gte=user.hidden_before)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(models.Model):
    """One line at a resident's bell."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    event = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    url = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(null=True, blank=True, help_text="since when the resident has what it tells of")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "уведомление"
        verbose_name_plural = "уведомления"
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_newest"),
            models.Index(fields=["user"], name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.text


class OutgoingMessage(models.Model):
    """An SMS or e-mail that was promised. Written with the fact it tells of, sent afterwards, never lost.

    A text may hold `{placeholders}` whose values must not rest here (an SMS code): `late_value` names the entry of
    `settings.LATE_VALUES` that is asked with `late_value_id` at the moment of sending.
    """

    class Channel(models.TextChoices):
        SMS = "sms", "СМС"
        EMAIL = "email", "Письмо"

    class Status(models.TextChoices):
        QUEUED = "queued", "ждёт отправки"
        SENDING = "sending", "отправляется"
        SENT = "sent", "отправлено"
        FAILED = "failed", "не отправлено"
        EXPIRED = "expired", "устарело"

    channel = models.CharField(max_length=8, choices=Channel)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    attachments = models.JSONField(default=list, blank=True, help_text="[{name, path, content_type}] in the storage")
    event = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True, help_text="idempotency key")
    request_id = models.CharField(max_length=36, blank=True, db_default="", help_text="the request that promised it")
    late_value = models.CharField(max_length=60, blank=True)
    late_value_id = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "исходящее сообщение"
        verbose_name_plural = "исходящие сообщения"
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="message_waiting",
                condition=Q(status__in=["queued", "sending"]),
            ),
            models.Index(fields=["created_at"], name="message_payload", condition=~Q(body="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} № {self.pk}: {self.event}"

    def is_expired(self, at: datetime) -> bool:
        return self.expires_at is not None and at >= self.expires_at

    @property
    def is_poison(self) -> bool:
        """Taken up more often than there are attempts to make: it ends whoever tries to send it (security.md R16)."""
        return self.attempts > MOST_ATTEMPTS

    def next_delay(self) -> timedelta | None:
        """How long to wait before the next attempt; None when it is time to give up.

        A code lives five minutes, so its attempts come close together (security.md R7); other news may take a day.
        """
        seconds = (2, 5, 15, 30, 60, 60, 60) if self.expires_at else (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600)
        if self.attempts > len(seconds):
            return None
        return timedelta(seconds=seconds[self.attempts - 1])
