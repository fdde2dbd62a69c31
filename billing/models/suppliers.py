"""Suppliers, their branches and the personal accounts they keep."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from billing import addresses
from billing.calendar import ReadingCalendar
from billing.models.rights import through_links

DAY_OF_MONTH = [MinValueValidator(1), MaxValueValidator(31)]


class Service(models.TextChoices):
    ELECTRICITY = "electricity", "Электроэнергия"
    COLD_WATER = "cold_water", "Холодная вода"
    HOT_WATER = "hot_water", "Горячая вода"
    HEAT = "heat", "Отопление"
    GAS = "gas", "Газ"


class Supplier(models.Model):
    """A company that bills. One portal serves several."""

    code = models.SlugField("код", max_length=20, unique=True)
    name = models.CharField("название", max_length=200)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    kpp = models.CharField("КПП", max_length=9, blank=True)
    bank_name = models.CharField("банк", max_length=200, blank=True)
    bic = models.CharField("БИК", max_length=9, blank=True)
    bank_account = models.CharField("расчётный счёт", max_length=20, blank=True)
    corr_account = models.CharField("корр. счёт", max_length=20, blank=True)
    number_pattern = models.CharField("вид номера ЛС (регулярное выражение)", max_length=100, blank=True)
    number_example = models.CharField("пример номера ЛС", max_length=40, blank=True)
    window_from = models.PositiveSmallIntegerField("приём показаний с числа", default=1, validators=DAY_OF_MONTH)
    window_to = models.PositiveSmallIntegerField("приём показаний по число", default=31, validators=DAY_OF_MONTH)
    cut_off = models.PositiveSmallIntegerField("входят в счёт до числа", default=25, validators=DAY_OF_MONTH)
    window_forbids = models.BooleanField("вне окна не принимать", default=False)
    window_text = models.CharField("что сказать вне окна", max_length=300, blank=True)
    data_as_of = models.DateTimeField("данные на", null=True, blank=True)
    meter_links_are_reduced = models.BooleanField(
        "привязка по номеру счётчика: только показания",
        default=False,
        db_default=False,
        help_text="Номер виден и соседям. Счета и платежи житель увидит, когда подтвердит лицевой счёт платежом."
        " Действует для новых привязок.",
    )
    asks_view_reason = models.BooleanField(
        "спрашивать сотрудника, зачем он открывает данные жителя",
        default=True,
        db_default=True,
        help_text="Не спрашиваем, когда сотрудник пришёл из обращения или очереди. Житель видит причину.",
    )

    class Meta:
        verbose_name = "поставщик"
        verbose_name_plural = "поставщики"
        constraints = [
            models.CheckConstraint(
                condition=Q(window_from__range=(1, 31), window_to__range=(1, 31), cut_off__range=(1, 31)),
                name="supplier_days_of_month",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reading_calendar(self) -> ReadingCalendar:
        """The days on which this supplier takes readings, and which bill they enter."""
        return ReadingCalendar(self.window_from, self.window_to, self.cut_off)


class Branch(models.Model):
    """A supplier's office, chosen by the beginning of the account number; the empty prefix takes the rest."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="branches")
    prefix = models.CharField("начало номера ЛС", max_length=10, blank=True)
    name = models.CharField("название", max_length=200)
    email = models.EmailField("электронная почта", blank=True)
    phone = models.CharField("телефон", max_length=40, blank=True)
    address = models.CharField("адрес", max_length=300, blank=True)

    class Meta:
        verbose_name = "отделение"
        verbose_name_plural = "отделения"
        constraints = [models.UniqueConstraint(fields=["supplier", "prefix"], name="branch_prefix")]

    def __str__(self) -> str:
        return self.name


class PersonalAccountQuerySet(models.QuerySet["PersonalAccount"]):
    def visible_to(self, user: User) -> "PersonalAccountQuerySet":
        return self.filter(through_links(user))


class PersonalAccount(models.Model):
    """A contract at a supplier, by number (лицевой счёт)."""

    class Status(models.TextChoices):
        ACTIVE = "active", "действует"
        CLOSED = "closed", "закрыт"
        LOCKED = "locked", "заблокирован"

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="personal_accounts")
    number = models.CharField("номер", max_length=40, help_text="as the supplier writes it")
    digits = models.CharField(max_length=40, help_text="the number normalised to digits")
    service = models.CharField("услуга", max_length=20, choices=Service)
    address = models.CharField("адрес", max_length=300, blank=True)
    els = models.CharField("ЕЛС", max_length=20, blank=True)
    status = models.CharField("состояние", max_length=8, choices=Status, default=Status.ACTIVE)
    lock_reason = models.CharField("причина блокировки", max_length=200, blank=True)

    objects = PersonalAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "лицевой счёт"
        verbose_name_plural = "лицевые счета"
        constraints = [models.UniqueConstraint(fields=["supplier", "number"], name="personal_account_number")]
        indexes = [
            models.Index(fields=["supplier", "digits"], name="personal_account_digits"),
            models.Index(fields=["address"], opclasses=["varchar_pattern_ops"], name="personal_account_house"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def masked_address(self) -> str:
        return addresses.mask_address(self.address)
