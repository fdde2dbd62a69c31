"""Bills, their lines, payments and tariffs, as the supplier's billing system sends them.

The first three lie in partitions (billing/partitions.py): a unique constraint of theirs holds within each, and triggers
stand for their foreign keys (`db_constraint=False`). An owner has no index alone where another one begins with it.
"""

import uuid
from decimal import Decimal

from django.db import models

from accounts.models import User
from billing.models.rights import through_full_links
from billing.models.suppliers import PersonalAccount, Service, Supplier

KINDS = {"actual": "по счётчику", "estimated": "расчётное, по среднему", "norm": "по нормативу"}


def count_price_places(price: Decimal | None) -> int:
    """Kopecks, or as many places more as a price really has."""
    exponent = price.normalize().as_tuple().exponent if price is not None else -2
    return max(2, -exponent) if isinstance(exponent, int) else 2


class BillQuerySet(models.QuerySet["Bill"]):
    def visible_to(self, user: User) -> "BillQuerySet":
        return self.filter(through_full_links(user, "account__links"))


class BillLineQuerySet(models.QuerySet["BillLine"]):
    def visible_to(self, user: User) -> "BillLineQuerySet":
        return self.filter(through_full_links(user, "bill__account__links"))


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> "PaymentQuerySet":
        return self.filter(through_full_links(user, "account__links"))


class Bill(models.Model):
    """A document of one month. Money is roubles; `period` is the first day of the month billed."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, db_constraint=False, db_index=False)
    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, related_name="bills", db_constraint=False, db_index=False
    )
    number = models.CharField("номер", max_length=40)
    public_id = models.UUIDField(default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True)
    period = models.DateField("месяц")
    issued_on = models.DateField("выставлен", null=True, blank=True)
    due_on = models.DateField("оплатить до", null=True, blank=True)
    opening_balance = models.DecimalField("на начало", max_digits=14, decimal_places=2, default=0, db_default=0)
    charged = models.DecimalField("начислено", max_digits=14, decimal_places=2, default=0, db_default=0)
    recalculated = models.DecimalField("перерасчёт", max_digits=14, decimal_places=2, default=0, db_default=0)
    penalty = models.DecimalField("пени", max_digits=14, decimal_places=2, default=0, db_default=0)
    paid = models.DecimalField("оплачено", max_digits=14, decimal_places=2, default=0, db_default=0)
    amount_due = models.DecimalField("к оплате", max_digits=14, decimal_places=2)
    document_id = models.CharField("идентификатор документа", max_length=18, blank=True)

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = "счёт"
        verbose_name_plural = "счета"
        constraints = [models.UniqueConstraint(fields=["supplier", "number"], name="bill_number")]
        indexes = [models.Index(fields=["account", "-period", "-id"], name="bill_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def overpaid(self) -> Decimal:
        """Roubles that the next bill will take into account; nought when there is something to pay."""
        return max(-self.amount_due, Decimal(0))

    @property
    def overpaid_before(self) -> Decimal:
        return max(-self.opening_balance, Decimal(0))


class BillLine(models.Model):
    """One line of a bill: a snapshot in text and figures, with no key to meters."""

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="lines", db_constraint=False, db_index=False)
    service = models.CharField("услуга", max_length=20, choices=Service)
    serial = models.CharField("номер ПУ", max_length=40, blank=True)
    code = models.CharField("шкала", max_length=10, blank=True)
    previous = models.DecimalField("предыдущее", max_digits=15, decimal_places=4, null=True, blank=True)
    current = models.DecimalField("текущее", max_digits=15, decimal_places=4, null=True, blank=True)
    kind = models.CharField("вид показания", max_length=10, blank=True)
    consumption = models.DecimalField("расход", max_digits=15, decimal_places=4, null=True, blank=True)
    unit = models.CharField("единица", max_length=10, blank=True)
    price = models.DecimalField("цена", max_digits=12, decimal_places=4, null=True, blank=True)
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)

    objects = BillLineQuerySet.as_manager()

    class Meta:
        verbose_name = "строка счёта"
        verbose_name_plural = "строки счёта"
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "service", "serial", "code", "price"], name="bill_line", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.code}"

    @property
    def kind_words(self) -> str:
        return KINDS.get(self.kind, self.kind)

    @property
    def is_estimate(self) -> bool:
        return self.kind in {"estimated", "norm"}

    @property
    def price_places(self) -> int:
        return count_price_places(self.price)


class Payment(models.Model):
    """Money that reached the supplier. `paid_on` is the day the resident paid, `posted_on` the day it was booked."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, db_constraint=False, db_index=False)
    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, related_name="payments", db_constraint=False, db_index=False
    )
    document = models.CharField("документ", max_length=40)
    paid_on = models.DateField("оплачено")
    posted_on = models.DateField("проведено", null=True, blank=True)
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)
    agent = models.CharField("через кого", max_length=100, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "платёж"
        verbose_name_plural = "платежи"
        constraints = [models.UniqueConstraint(fields=["supplier", "document"], name="payment_document")]
        indexes = [models.Index(fields=["account", "-paid_on", "-id"], name="payment_newest")]

    def __str__(self) -> str:
        return self.document


class Tariff(models.Model):
    """A price by date, zone and monthly range; roubles a unit."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="tariffs")
    valid_from = models.DateField("действует с")
    service = models.CharField("услуга", max_length=20, choices=Service)
    code = models.CharField("шкала", max_length=10)
    range_from = models.DecimalField("от", max_digits=15, decimal_places=4, default=0)
    range_to = models.DecimalField("до", max_digits=15, decimal_places=4, null=True, blank=True)
    price = models.DecimalField("цена", max_digits=12, decimal_places=4)

    class Meta:
        verbose_name = "тариф"
        verbose_name_plural = "тарифы"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "valid_from", "service", "code", "range_from"], name="tariff_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.code}: {self.price}"

    @property
    def price_places(self) -> int:
        return count_price_places(self.price)
