"""Meters (приборы учёта), where they are installed, and their scales."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from billing.models import PersonalAccount, Supplier
from billing.models.rights import through_links


class MeterQuerySet(models.QuerySet["Meter"]):
    def visible_to(self, user: User) -> "MeterQuerySet":
        return self.filter(through_links(user, "installations__account__links")).distinct()


class Meter(models.Model):
    """A device. `registration` is the supplier's key; `serial` stands on the case and may be missing or change."""

    class Status(models.TextChoices):
        ACTIVE = "active", "действует"
        AUTOMATIC = "automatic", "передаёт сам (АСКУЭ)"
        REMOVED = "removed", "снят"

    supplier = models.ForeignKey(Supplier, models.PROTECT, verbose_name="поставщик")
    registration = models.CharField("регистрационный номер", max_length=40)
    serial = models.CharField("заводской номер", max_length=40, blank=True)
    serial_key = models.CharField(max_length=40, blank=True, help_text="the serial normalised for comparison")
    model = models.CharField("модель", max_length=100, blank=True)
    status = models.CharField("состояние", max_length=10, choices=Status, default=Status.ACTIVE)
    digits_left = models.PositiveSmallIntegerField("цифр до запятой", null=True, blank=True)
    digits_right = models.PositiveSmallIntegerField("цифр после запятой", null=True, blank=True)
    ratio = models.DecimalField("коэффициент трансформации", max_digits=8, decimal_places=2, default=1)
    verified_until = models.DateField("поверен до", null=True, blank=True)
    verification_years = models.PositiveSmallIntegerField("межповерочный интервал, лет", null=True, blank=True)
    place = models.CharField("место установки", max_length=200, blank=True)
    accuracy_class = models.CharField("класс точности", max_length=10, blank=True)
    voltage = models.DecimalField("напряжение, В", max_digits=8, decimal_places=2, null=True, blank=True)
    current_max = models.DecimalField("наибольший ток, А", max_digits=8, decimal_places=2, null=True, blank=True)
    phases = models.PositiveSmallIntegerField("фаз", null=True, blank=True)
    owner = models.CharField("владелец", max_length=200, blank=True)
    awaits_registry = models.BooleanField(
        "ждёт реестра", default=False, db_default=False, help_text="known from a confirmed replacement alone"
    )

    objects = MeterQuerySet.as_manager()

    installed_on: date | None = None
    removed_on: date | None = None
    has_scales = False
    """Since and until when it stands where it was asked for: set by `queries.bases.get_installed_meters`."""
    nickname = ""
    """What the resident who looks calls it: set by `queries.nicknames.name_meters`."""

    class Meta:
        verbose_name = "прибор учёта"
        verbose_name_plural = "приборы учёта"
        constraints = [models.UniqueConstraint(fields=["supplier", "registration"], name="meter_registration")]
        indexes = [
            models.Index(fields=["supplier", "serial_key"], name="meter_serial"),
            models.Index(fields=["supplier"], name="meter_awaits_registry", condition=Q(awaits_registry=True)),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What a resident calls it: the number on the case, or the supplier's key while that is unknown."""
        return self.serial or self.registration

    @property
    def called(self) -> str:
        """«Кухня, № 60209442»; without a name of one's own the number alone."""
        return f"{self.nickname}, № {self.label}" if self.nickname else f"№ {self.label}"


class Installation(models.Model):
    """A meter at a personal account from a date to a date."""

    meter = models.ForeignKey(Meter, models.CASCADE, related_name="installations")
    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, related_name="installations", verbose_name="лицевой счёт"
    )
    installed_on = models.DateField("установлен", null=True, blank=True)
    removed_on = models.DateField("снят", null=True, blank=True)

    class Meta:
        verbose_name = "установка"
        verbose_name_plural = "установки"
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "account", "installed_on"], name="installation", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(installed_on=None) | Q(removed_on__gte=F("installed_on")),
                name="installation_removed_after_installed",
            ),
        ]
        indexes = [models.Index(fields=["account", "meter"], name="installation_account")]

    def __str__(self) -> str:
        return f"{self.meter} — {self.account}"


class Scale(models.Model):
    """One register of a meter (шкала, тарифная зона). Codes are the supplier's and mean nothing here."""

    meter = models.ForeignKey(Meter, models.CASCADE, related_name="scales")
    code = models.CharField("код", max_length=10)
    name = models.CharField("название", max_length=60)
    unit = models.CharField("единица", max_length=10, blank=True)
    hours = models.CharField("часы", max_length=60, blank=True)
    opening_value = models.DecimalField("начальное показание", max_digits=15, decimal_places=4, null=True, blank=True)
    closing_value = models.DecimalField("конечное показание", max_digits=15, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = "шкала"
        verbose_name_plural = "шкалы"
        constraints = [models.UniqueConstraint(fields=["meter", "code"], name="scale_code")]

    def __str__(self) -> str:
        return self.name
