"""Where each of the staff works, and the residents as the staff see them."""

from django.db import models

from accounts.models import User
from billing.models.suppliers import Supplier


class StaffScope(models.Model):
    """A part of a supplier whose residents one of the staff serves: all of it, or accounts that begin so.

    Without any, one sees nobody; the right `work_everywhere` opens all (security.md S16, T23).
    """

    staff = models.ForeignKey(User, models.CASCADE, related_name="scopes", verbose_name="сотрудник")
    supplier = models.ForeignKey(Supplier, models.CASCADE, verbose_name="поставщик")
    prefix = models.CharField("начало номера ЛС", max_length=10, blank=True, help_text="пусто — все отделения")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="кто дал")
    given_at = models.DateTimeField("когда дан")

    class Meta:
        verbose_name = "участок сотрудника"
        verbose_name_plural = "участки сотрудников"
        permissions = [("work_everywhere", "Работает со всеми поставщиками")]
        constraints = [models.UniqueConstraint(fields=["staff", "supplier", "prefix"], name="staff_scope_once")]

    def __str__(self) -> str:
        return f"{self.supplier}, {self.prefix}…" if self.prefix else f"{self.supplier}, все отделения"


class Resident(User):
    """A user as the staff who serve him see him: on one page, with a masked phone (security.md P6, T23)."""

    class Meta:
        proxy = True
        verbose_name = "житель"
        verbose_name_plural = "жители"
        permissions = [("reveal_phone", "Видит телефон жителя целиком")]
