"""From how much on the gate holds a package of a supplier: decisions of staff, the newest holds."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from billing.models import Supplier


class GateThreshold(models.Model):
    """Who said it, when and why; never changed, only followed by another."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, verbose_name="поставщик")
    code = models.CharField("что сравнивается", max_length=40)
    share = models.DecimalField(
        "больше такой доли",
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    least = models.PositiveIntegerField("и не меньше строк", validators=[MinValueValidator(1)])
    reason = models.CharField("почему", max_length=500)
    staff = models.ForeignKey(User, models.PROTECT, verbose_name="кто решил")
    decided_at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "порог задержания"
        verbose_name_plural = "пороги задержания"
        constraints = [models.CheckConstraint(condition=Q(share__gte=0) & Q(share__lte=1), name="gate_threshold_share")]
        indexes = [models.Index(fields=["supplier", "code", "-id"], name="gate_threshold_newest")]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.code}"
