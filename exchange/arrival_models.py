"""Packages on their way in: brought by staff or dropped by a billing system, and how far the runner is with each."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def claimable(self, at: datetime) -> "ArrivalQuerySet":
        """What waits and is due, or was left by a runner whose lease ran out; one of a supplier at a time."""
        busy = Arrival.objects.filter(
            status=Arrival.Status.RUNNING, leased_until__gt=at, supplier_code=OuterRef("supplier_code")
        ).exclude(supplier_code="")
        due = Q(status=Arrival.Status.WAITING, next_try_at__lte=at)
        return self.filter(due | Q(status=Arrival.Status.RUNNING, leased_until__lte=at)).exclude(Exists(busy))


class Arrival(models.Model):
    """A package that came by itself or was brought. Its content lies in a folder of its own (`arrived_packages`).

    seen (it may still grow) → waiting → running → done or failed; what staff bring is `brought` until they say what
    to do with it, and again after a check. What staff let in waits at once; its content lies with the copies of held
    packages (`kept_packages`), and stopped it is held again. A running one is leased: who holds the token may write.
    """

    class Way(models.TextChoices):
        UPLOAD = "upload", "принёс сотрудник"
        INBOX = "inbox", "из папки обмена"
        LET_IN = "let_in", "задержан и впущен сотрудником"

    class Wish(models.TextChoices):
        CHECK = "check", "проверить"
        APPLY = "apply", "применить"

    class Status(models.TextChoices):
        SEEN = "seen", "замечен, ещё пишется"
        BROUGHT = "brought", "ждёт вашего решения"
        WAITING = "waiting", "в очереди"
        RUNNING = "running", "идёт"
        DONE = "done", "загружен"
        FAILED = "failed", "не получилось"
        CANCELLED = "cancelled", "остановлен"
        DROPPED = "dropped", "удалён"

    token = models.UUIDField(default=uuid.uuid4, unique=True, help_text="names the folder of its content")
    way = models.CharField("откуда", max_length=8, choices=Way)
    name = models.CharField("имя", max_length=200)
    size = models.BigIntegerField("размер", default=0, help_text="bytes")
    files = models.JSONField("файлы", default=list, blank=True, help_text="[[name, bytes, known]]")
    supplier_code = models.CharField("поставщик", max_length=20, blank=True)
    period = models.CharField("период", max_length=7, blank=True)
    status = models.CharField("состояние", max_length=12, choices=Status)
    wish = models.CharField("что сделать", max_length=8, choices=Wish, blank=True)
    reason = models.TextField("почему не получилось", blank=True)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="кто принёс"
    )
    run = models.ForeignKey(
        "exchange.ImportRun", models.SET_NULL, null=True, blank=True, related_name="arrivals", verbose_name="загрузка"
    )
    origin = models.CharField("где лежал", max_length=500, blank=True, help_text="path within the inbox")
    fingerprint = models.CharField(max_length=100, blank=True, help_text="tells one content at an origin from another")
    received_at = models.DateTimeField("поступил")
    next_try_at = models.DateTimeField("не раньше")
    attempts = models.PositiveSmallIntegerField("попыток", default=0)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    wants_cancel = models.BooleanField("просили остановить", default=False)
    progress = models.JSONField("ход", default=dict, blank=True, help_text="as `exchange.leased_progress` tells it")
    finished_at = models.DateTimeField("закончен", null=True, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True, help_text="when it was moved away in the inbox")

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = "поступивший пакет"
        verbose_name_plural = "поступившие пакеты"
        indexes = [models.Index(fields=["status", "received_at"], name="arrival_to_do")]
        constraints = [
            models.UniqueConstraint(fields=["origin", "fingerprint"], name="arrival_once", condition=Q(origin__gt="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED, self.Status.DROPPED)

    @property
    def can_be_wished(self) -> bool:
        """Its content is there, and nobody works at it. What was let in is decided about anew where it is held."""
        is_free = self.status in (self.Status.BROUGHT, self.Status.CANCELLED, self.Status.FAILED)
        return is_free and self.way != self.Way.LET_IN

    @property
    def session_name(self) -> str:
        """Of the database session that imports it: whoever takes over ends what still bears it."""
        return f"import of arrival {self.pk}"

    def take_lease(self, *, at: datetime, length: timedelta) -> None:
        """Writes nothing."""
        self.status, self.attempts = self.Status.RUNNING, self.attempts + 1
        self.lease, self.leased_until = uuid.uuid4(), at + length
        self.progress = {}

    def end(self, status: "Arrival.Status", *, at: datetime, reason: str = "", **more: Any) -> None:
        """Nobody holds it any more. Writes nothing."""
        self.status, self.reason, self.wants_cancel = status, reason, False
        self.lease = self.leased_until = None
        self.finished_at = at
        for name, value in more.items():
            setattr(self, name, value)
