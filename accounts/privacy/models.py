"""What a resident changes about himself and what waits for his confirmation."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class EmailChangeQuerySet(models.QuerySet["EmailChange"]):
    def visible_to(self, user: "User") -> "EmailChangeQuerySet":
        return self.filter(user=user)

    def waiting(self, at: datetime) -> "EmailChangeQuerySet":
        return self.filter(confirmed_at=None, superseded_at=None, expires_at__gt=at)


class EmailChange(models.Model):
    """An address typed by a resident, which counts only after the link sent to it was used."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_changes")
    email = models.EmailField("электронная почта")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = EmailChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "смена почты"
        verbose_name_plural = "смены почты"

    def __str__(self) -> str:
        return f"смена почты № {self.pk}"
