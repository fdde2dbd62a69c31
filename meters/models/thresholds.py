"""From which use on a supplier has a reading questioned, and what other thresholds would have done."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from billing.models import Supplier


class CheckThresholds(models.Model):
    """A decision of staff: who, when, why. The newest of a supplier holds; without one the rules' own figures do."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="check_thresholds", verbose_name="поставщик")
    high = models.DecimalField("спросить жителя", max_digits=6, decimal_places=2, validators=[MinValueValidator(1)])
    very_high = models.DecimalField(
        "показать сотруднику", max_digits=6, decimal_places=2, validators=[MinValueValidator(1)]
    )
    floor_kwh = models.DecimalField("порог, кВт·ч", max_digits=9, decimal_places=2, validators=[MinValueValidator(0)])
    floor_m3 = models.DecimalField("порог, м³", max_digits=9, decimal_places=2, validators=[MinValueValidator(0)])
    reason = models.CharField("почему", max_length=500)
    staff = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="сотрудник")
    decided_at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "пороги проверки"
        verbose_name_plural = "пороги проверки"
        indexes = [models.Index(fields=["supplier", "-id"], name="check_thresholds_newest")]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.high} и {self.very_high}"


class ThresholdTrial(models.Model):
    """Thresholds tried on all readings of the year before `until` by a worker, meter after meter (issue 5, part 5).

    `last_meter` and the outcomes are written together, so a worker killed anywhere loses no meter and counts none
    twice. A step is leased: who holds the token may write.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "в очереди"
        RUNNING = "running", "считается"
        DONE = "done", "готово"
        CANCELLED = "cancelled", "остановлено"
        FAILED = "failed", "не удалось"

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="+", verbose_name="поставщик")
    high = models.DecimalField("спросить жителя", max_digits=6, decimal_places=2)
    very_high = models.DecimalField("показать сотруднику", max_digits=6, decimal_places=2)
    floor_kwh = models.DecimalField("порог, кВт·ч", max_digits=9, decimal_places=2)
    floor_m3 = models.DecimalField("порог, м³", max_digits=9, decimal_places=2)
    until = models.DateField("год до", help_text="the readings of the year before this day are judged")
    staff = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="сотрудник")
    asked_at = models.DateTimeField("попросили")
    finished_at = models.DateTimeField("закончено", null=True, blank=True)
    status = models.CharField("состояние", max_length=10, choices=Status, default=Status.WAITING)
    meters = models.PositiveIntegerField("счётчиков", null=True, blank=True, help_text="known from the first step on")
    looked_at = models.PositiveIntegerField("просмотрено счётчиков", default=0)
    last_meter = models.BigIntegerField(default=0, help_text="all meters up to this id are counted")
    outcomes = models.JSONField("было бы", default=dict, blank=True, help_text="as `meters.simulation.Outcomes`")
    held = models.JSONField("сейчас", default=dict, blank=True, help_text="the same by the thresholds that held then")
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="begun since the last step that was finished")

    class Meta:
        verbose_name = "проба порогов"
        verbose_name_plural = "пробы порогов"
        indexes = [
            models.Index(fields=["supplier", "-id"], name="threshold_trial_newest"),
            models.Index(fields=["id"], name="threshold_trial_open", condition=Q(status__in=["waiting", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.high} и {self.very_high}"

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def percent(self) -> int | None:
        return min(100, self.looked_at * 100 // self.meters) if self.meters else None

    def end(self, status: Status, **changed: Any) -> None:
        """Nobody works at it any more."""
        self.status, self.lease, self.leased_until = status, None, None
        for name, value in changed.items():
            setattr(self, name, value)
        self.save()
