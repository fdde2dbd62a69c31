"""What the limits remember: each thing that happened, and each time staff let a phone off (`accounts.limits`)."""

from django.conf import settings
from django.db import models


class LimitedAct(models.Model):
    """Something that may happen only so often, at the moment it happened. Windows roll over these rows."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, help_text="keyed hash of phone, address, account …")
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = "учтённое действие"
        verbose_name_plural = "учтённые действия"
        indexes = [
            models.Index(fields=["kind", "subject", "-happened_at"], name="limited_act_newest"),
            models.Index(fields=["happened_at"], name="limited_act_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.happened_at:%d.%m.%Y %H:%M}"


class PhoneRelease(models.Model):
    """Staff let a phone try again before its time. Never edited: it says who, when and why."""

    phone = models.CharField("телефон", max_length=16)
    reason = models.TextField("причина")
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="кто снял ограничения"
    )
    released_at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "снятие ограничений"
        verbose_name_plural = "снятия ограничений"

    def __str__(self) -> str:
        return f"{self.released_at:%d.%m.%Y %H:%M}"
