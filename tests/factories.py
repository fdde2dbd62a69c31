"""Invented rows. Numbers and places belong to nobody."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from billing import account_numbers
from billing.models import (
    AccountGroup,
    Bill,
    BillLine,
    Branch,
    Link,
    Payment,
    PersonalAccount,
    Service,
    Supplier,
    Tariff,
)
from meters import serials
from meters.models import Installation, Meter, Reading, Scale

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PASSWORD = "Svetlana7lamp"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    phone = factory.Sequence(lambda n: f"+7900777{n:04d}")
    password = factory.django.Password(PASSWORD)


class SupplierFactory(DjangoModelFactory):
    class Meta:
        model = Supplier
        django_get_or_create = ("code",)

    code = "psk"
    name = "Поставщик света"
    number_pattern = r"\d{3}\\\d{8}"
    number_example = r"018\00028517"
    window_from = 1
    window_to = 31
    cut_off = 25


class BranchFactory(DjangoModelFactory):
    class Meta:
        model = Branch
        django_get_or_create = ("supplier", "prefix")

    supplier = factory.SubFactory(SupplierFactory)
    prefix = "018"
    name = "Заречное отделение"
    email = "zarechnoe@branch.example"


class PersonalAccountFactory(DjangoModelFactory):
    class Meta:
        model = PersonalAccount

    supplier = factory.SubFactory(SupplierFactory)
    number = factory.Sequence(lambda n: f"018\\{n + 100:08d}")
    digits = factory.LazyAttribute(lambda row: account_numbers.normalise_number(row.number))
    service = Service.ELECTRICITY
    address = "г. Заречный, ул. Фонарная, д. 7, кв. 21"


class AccountGroupFactory(DjangoModelFactory):
    class Meta:
        model = AccountGroup
        django_get_or_create = ("user", "name")

    user = factory.SubFactory(UserFactory)
    name = "Моя группа"
    created_at = NOW


class LinkFactory(DjangoModelFactory):
    class Meta:
        model = Link

    user = factory.SubFactory(UserFactory)
    account = factory.SubFactory(PersonalAccountFactory)
    group = factory.SubFactory(AccountGroupFactory, user=factory.SelfAttribute("..user"))
    proof = "last_payment"
    linked_at = NOW


class MeterFactory(DjangoModelFactory):
    class Meta:
        model = Meter

    supplier = factory.SubFactory(SupplierFactory)
    registration = factory.Sequence(lambda n: f"R{n:07d}")
    serial = factory.Sequence(lambda n: f"{60209442 + n}")
    serial_key = factory.LazyAttribute(lambda row: serials.normalise_serial(row.serial))
    model = "НЕВА МТ 124"
    digits_left = 6
    digits_right = 0
    voltage = 230
    current_max = 60
    phases = 1
    verified_until = date(2033, 5, 27)
    verification_years = 16


class InstallationFactory(DjangoModelFactory):
    class Meta:
        model = Installation

    meter = factory.SubFactory(MeterFactory)
    account = factory.SubFactory(PersonalAccountFactory)
    installed_on = date(2019, 5, 20)


class ScaleFactory(DjangoModelFactory):
    class Meta:
        model = Scale

    meter = factory.SubFactory(MeterFactory)
    code = "1"
    name = "День"
    unit = "кВт·ч"
    hours = "07:00-23:00"
    opening_value = Decimal(0)


class ReadingFactory(DjangoModelFactory):
    class Meta:
        model = Reading

    scale = factory.SubFactory(ScaleFactory)
    meter = factory.SelfAttribute("scale.meter")
    taken_on = date(2026, 10, 20)
    value = Decimal(12612)
    kind = Reading.Kind.ACTUAL
    source = Reading.Source.RESIDENT


class BillFactory(DjangoModelFactory):
    class Meta:
        model = Bill

    account = factory.SubFactory(PersonalAccountFactory)
    supplier = factory.SelfAttribute("account.supplier")
    number = factory.Sequence(lambda n: f"B{n:09d}")
    period = date(2026, 10, 1)
    issued_on = date(2026, 11, 2)
    due_on = date(2026, 11, 15)
    charged = Decimal("3412.80")
    amount_due = Decimal("3412.80")


class BillLineFactory(DjangoModelFactory):
    class Meta:
        model = BillLine

    bill = factory.SubFactory(BillFactory)
    service = Service.ELECTRICITY
    serial = "60209442"
    code = "1"
    previous = Decimal(12328)
    current = Decimal(12612)
    kind = "actual"
    consumption = Decimal(284)
    unit = "кВт·ч"
    price = Decimal("7.20")
    amount = Decimal("2044.80")


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    account = factory.SubFactory(PersonalAccountFactory)
    supplier = factory.SelfAttribute("account.supplier")
    document = factory.Sequence(lambda n: f"P{n:09d}")
    paid_on = date(2026, 11, 10)
    posted_on = date(2026, 11, 11)
    amount = Decimal("3412.80")
    agent = "Терминал"


class TariffFactory(DjangoModelFactory):
    class Meta:
        model = Tariff

    supplier = factory.SubFactory(SupplierFactory)
    valid_from = date(2026, 7, 1)
    service = Service.ELECTRICITY
    code = "1"
    range_from = 0
    price = Decimal("7.20")
