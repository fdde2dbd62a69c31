"""From which use on a supplier has a reading questioned."""

from django.core.validators import MinValueValidator
from django.db import models

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
