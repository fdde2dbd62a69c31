"""Where a user is signed in: one row beside each row of Django's sessions."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models

from accounts import devices

if TYPE_CHECKING:
    from accounts.models import User


class SessionRecordQuerySet(models.QuerySet["SessionRecord"]):
    def visible_to(self, user: "User") -> "SessionRecordQuerySet":
        return self.filter(user=user)


class SessionRecord(models.Model):
    """A session a user can see and end. It goes with its session, however that ends."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="session_records")
    session = models.OneToOneField(Session, models.CASCADE, related_name="record")
    trusted_device = models.ForeignKey(
        "accounts.TrustedDevice", models.SET_NULL, null=True, related_name="sessions", help_text="it stays for a month"
    )
    network_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    objects = SessionRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "сеанс"
        verbose_name_plural = "сеансы"

    def __str__(self) -> str:
        return self.device

    @property
    def device(self) -> str:
        return devices.name_device(self.user_agent)
