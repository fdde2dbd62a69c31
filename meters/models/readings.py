"""Readings (показания): what a scale showed on a day, and who says so."""

from django.db import models

from accounts.models import User
from meters.models.meters import Meter, Scale


class ReadingQuerySet(models.QuerySet["Reading"]):
    def visible_to(self, user: User) -> "ReadingQuerySet":
        return self.filter(meter__in=Meter.objects.visible_to(user))


class Reading(models.Model):
    """A value of one scale at a date. One a day from each source; a correction replaces it."""

    class Kind(models.TextChoices):
        ACTUAL = "actual", "фактическое"
        ESTIMATED = "estimated", "расчётное"
        NORM = "norm", "по нормативу"

    class Source(models.TextChoices):
        RESIDENT = "resident", "передано жителем"
        INSPECTOR = "inspector", "снято контролёром"
        AUTOMATIC = "automatic", "передано прибором"
        SUPPLIER = "supplier", "от поставщика"

    meter = models.ForeignKey(Meter, models.CASCADE, related_name="readings", verbose_name="прибор учёта")
    scale = models.ForeignKey(Scale, models.CASCADE, related_name="readings", db_index=False, verbose_name="шкала")
    taken_on = models.DateField("снято")
    value = models.DecimalField("значение", max_digits=15, decimal_places=4)
    kind = models.CharField("вид", max_length=10, choices=Kind)
    source = models.CharField("источник", max_length=10, choices=Source, blank=True)
    submission = models.ForeignKey("meters.Submission", models.SET_NULL, null=True, blank=True, related_name="readings")

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = "показание"
        verbose_name_plural = "показания"
        constraints = [models.UniqueConstraint(fields=["scale", "taken_on", "source"], name="reading_once_a_day")]
        indexes = [
            models.Index(
                fields=["meter", "-taken_on", "scale"],
                include=["value", "kind", "source", "submission", "id"],
                name="reading_covering",
            )
        ]

    def __str__(self) -> str:
        return f"{self.taken_on}: {self.value}"
