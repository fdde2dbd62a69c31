"""What a resident changes about himself and what waits for his confirmation."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from accounts.hidden_past import shown_since

if TYPE_CHECKING:
    from accounts.models import User


class EmailChangeQuerySet(models.QuerySet["EmailChange"]):
    def visible_to(self, user: "User") -> "EmailChangeQuerySet":
        return self.filter(shown_since(user, "created_at"), user=user)

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


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def visible_to(self, user: "User") -> "DataExportQuerySet":
        return self.filter(shown_since(user, "requested_at"), user=user)

    def unfinished(self) -> "DataExportQuerySet":
        return self.filter(ready_at=None)


class DataExport(models.Model):
    """A copy of all the portal keeps about a user: made by a worker, kept for a week, then deleted with its content."""

    class Status(models.TextChoices):
        WAITING = "waiting", "ждёт очереди"
        WORKING = "working", "готовится"
        READY = "ready", "готова"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="data_exports")
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    parts_done = models.PositiveSmallIntegerField(default=0)
    parts_total = models.PositiveSmallIntegerField(default=0)
    content = models.BinaryField(null=True, help_text="zip of PDF, JSON and documents")
    requested_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = "копия данных"
        verbose_name_plural = "копии данных"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ready_at=None), name="data_export_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"копия данных № {self.pk}"


class CabinetDeletionQuerySet(models.QuerySet["CabinetDeletion"]):
    def visible_to(self, user: "User") -> "CabinetDeletionQuerySet":
        return self.filter(user=user)

    def pending(self) -> "CabinetDeletionQuerySet":
        """Asked for, and neither taken back nor begun."""
        return self.filter(withdrawn_at=None, claimed_at=None, erased_at=None)


class CabinetDeletion(models.Model):
    """A resident asked to delete the cabinet (security.md P3). When it is done the row is the act of it.

    Order 179 of Roskomnadzor wants an act and an extract of the journal, kept for three years. Of the person only a
    keyed hash of the phone stays, by which a later claim can be answered.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deletions", verbose_name="житель")
    requested_at = models.DateTimeField("попросил")
    due_at = models.DateTimeField("удалить после")
    reminded_at = models.DateTimeField("напомнили", null=True, blank=True)
    withdrawn_at = models.DateTimeField("передумал", null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField("удалено", null=True, blank=True)
    phone_hash = models.CharField(max_length=64, blank=True)
    act = models.JSONField("акт", default=dict, blank=True, help_text="{erased, held, extract}: see privacy.acts")

    objects = CabinetDeletionQuerySet.as_manager()

    class Meta:
        verbose_name = "удаление кабинета"
        verbose_name_plural = "удаления кабинетов"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "withdrawn_at"], nulls_distinct=False, name="cabinet_deletion_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"удаление кабинета № {self.pk}"
