"""The rows of the audit."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from accounts import devices
from accounts.audit.kinds import FIGURES, Kind, Result
from accounts.hidden_past import shown_since

if TYPE_CHECKING:
    from accounts.models import User


class SecurityEventQuerySet(models.QuerySet["SecurityEvent"]):
    def visible_to(self, user: "User") -> "SecurityEventQuerySet":
        return self.filter(shown_since(user, "happened_at"), user=user)


class SecurityEvent(models.Model):
    """Who did what, when, from where, and what came of it (ASVS 16.2.1). A trigger refuses to change or delete it.

    People are noted without a constraint: the row outlives them. Phones and account numbers stand as keyed hashes.
    """

    kind = models.CharField("событие", max_length=40)
    result = models.CharField("итог", max_length=8, choices=Result, default=Result.OK)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="security_events",
        verbose_name="о ком",
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="сотрудник",
    )
    subject_hash = models.CharField(max_length=64, blank=True, help_text="keyed hash of a phone, an account …")
    happened_at = models.DateTimeField("когда")
    network_address = models.GenericIPAddressField("сетевой адрес", null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField("запрос", max_length=36, blank=True)
    figures = models.JSONField("подробности", default=dict)

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        verbose_name = "событие безопасности"
        verbose_name_plural = "события безопасности"
        indexes = [
            models.Index(fields=["user", "-happened_at"], name="security_event_user"),
            models.Index(fields=["staff", "-happened_at"], name="security_event_staff"),
            models.Index(fields=["kind", "subject_hash", "-happened_at"], name="security_event_kind"),
            models.Index(fields=["happened_at"], name="security_event_time"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In words; a kind that is gone from the list keeps its code."""
        return Kind(self.kind).label if self.kind in Kind.values else self.kind

    @property
    def said(self) -> str:
        """The figures in words, without those that say nothing."""
        told = ((FIGURES.get(name, name), value) for name, value in self.figures.items() if value not in ("", None))
        return ", ".join(f"{name}: {_say(value)}" for name, value in told)

    @property
    def device(self) -> str:
        return devices.name_device(self.user_agent)


def _say(value: object) -> str:
    return {True: "да", False: "нет"}[value] if isinstance(value, bool) else str(value)
