"""A new password by SMS for a cabinet that holds something, until its owner is recognised (security.md T11)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def visible_to(self, user: "User") -> "RecoveryQuerySet":
        return self.filter(user=user)

    def unproven(self) -> "RecoveryQuerySet":
        return self.filter(proven_at=None)


class Recovery(models.Model):
    """Somebody with the phone in hand set a new password. What was there before is hidden until proven theirs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recoveries")
    began_at = models.DateTimeField("пароль задан")
    was_idle = models.BooleanField("кабинетом долго не пользовались")
    former_email = models.EmailField("прежняя почта", blank=True)
    left_at = models.DateTimeField("житель сказал, что данные не его", null=True, blank=True)
    proven_at = models.DateTimeField("подтверждено", null=True, blank=True)
    proven_by = models.CharField("чем подтверждено", max_length=60, blank=True, help_text="code of the proof")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="кто открыл"
    )
    reason = models.TextField("почему открыто", blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = "восстановление доступа"
        verbose_name_plural = "восстановления доступа"
        indexes = [models.Index(fields=["user", "-began_at"], name="recovery_newest")]

    def __str__(self) -> str:
        return f"восстановление доступа № {self.pk}"

    def hides(self, moment: datetime) -> bool:
        return self.proven_at is None and moment < self.began_at
