"""The cast. Алиса has a linked account, Борис is of her household, Чарли is a stranger, and there is staff."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import Group
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from billing.models import Link
from tests import factories
from tests.factories import NOW
from tests.pages import PageClient

ALICE, BORIS, CHARLIE, STAFF = "+79005550101", "+79005550102", "+79005550103", "+79005550199"


def make_resident(phone: str) -> User:
    return factories.UserFactory(phone=phone)


def make_staff() -> User:
    return factories.UserFactory(phone=STAFF, name="Ольга, диспетчер", is_staff=True, is_superuser=True)


def make_staff_of(role: str) -> User:
    """One of the staff with the rights of a role and no more."""
    user: User = factories.UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def sign_in_staff(client: PageClient, staff: User) -> PageClient:
    """With a second factor, as if its code had been typed."""
    device = TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    return client


def furnish(user: User, *, title: str = "", serial: str | None = None, group: str = "Моя группа") -> Link:
    """Link a two-zone flat with a meter, a year of readings, a bill and a payment to the resident."""
    account = factories.PersonalAccountFactory()
    factories.BranchFactory(supplier=account.supplier)
    meter = factories.MeterFactory(supplier=account.supplier, **({"serial": serial} if serial else {}))
    factories.InstallationFactory(meter=meter, account=account)
    day = factories.ScaleFactory(meter=meter, code="1", name="День", hours="07:00-23:00")
    night = factories.ScaleFactory(meter=meter, code="2", name="Ночь", hours="23:00-07:00")
    taken_on = (NOW - timedelta(days=31)).date()
    for months_ago in range(12):
        on = taken_on - timedelta(days=30 * months_ago)
        factories.ReadingFactory(scale=day, taken_on=on, value=Decimal(12612 - 280 * months_ago))
        factories.ReadingFactory(scale=night, taken_on=on, value=Decimal(3478 - 110 * months_ago))
    bill = factories.BillFactory(account=account)
    factories.BillLineFactory(bill=bill, serial=meter.serial, code="1", previous=12332, current=12612)
    factories.BillLineFactory(
        bill=bill,
        serial=meter.serial,
        code="2",
        previous=3368,
        current=3478,
        consumption=110,
        price="4.10",
        amount="451",
    )
    factories.PaymentFactory(account=account)
    own_group = factories.AccountGroupFactory(user=user, name=group)
    return factories.LinkFactory(user=user, account=account, group=own_group, alias=title)
