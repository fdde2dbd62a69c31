"""Staff look a personal account up in the admin and change nothing there."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice

from accounts.models import User
from billing.models import Link, LinkRequest, Supplier
from tests import factories
from tests.offices import say_why

MODELS = ["supplier", "branch", "personalaccount", "link", "linkrequest", "bill", "payment", "tariff"]


@pytest.fixture
def admin(staff: User) -> Client:
    """Signed in with the second factor."""
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    device = StaticDevice.objects.create(user=staff, name="test")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def listed(client: Client, model: str, **params: str) -> str:
    response = client.get(reverse(f"admin:billing_{model}_changelist"), params)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens(admin: Client, alices_flat: Link, model: str) -> None:
    factories.TariffFactory(supplier=alices_flat.account.supplier)
    listed(admin, model)


@pytest.mark.parametrize("day", ["0", "32"])
def test_a_supplier_has_only_days_that_months_have(admin: Client, alices_flat: Link, day: str) -> None:
    """Every page of readings would break on a cut-off on the 0th."""
    supplier = alices_flat.account.supplier
    days = {"window_from": "1", "window_to": "31", "cut_off": day}
    answer = admin.post(reverse("admin:billing_supplier_change", args=[supplier.pk]), {"name": supplier.name, **days})
    assert answer.status_code == 200
    supplier.refresh_from_db()
    assert supplier.cut_off == 25
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplier.objects.update(cut_off=int(day))


@pytest.mark.parametrize("model", ["personalaccount", "link", "bill", "payment"])
def test_an_account_is_found_by_its_number_in_any_shape(admin: Client, alices_flat: Link, model: str) -> None:
    other = factories.LinkFactory()
    number = alices_flat.account.number
    html = listed(admin, model, q=number.replace("\\", "/"))
    assert number in html
    assert other.account.number not in html


@pytest.mark.parametrize("model", ["personalaccount", "link", "bill", "payment"])
def test_facts_are_read_only(admin: Client, alices_flat: Link, model: str) -> None:
    row = {
        "personalaccount": alices_flat.account,
        "link": alices_flat,
        "bill": alices_flat.account.bills.get(),
        "payment": alices_flat.account.payments.get(),
    }[model]
    url = reverse(f"admin:billing_{model}_change", args=[row.pk])
    html = say_why(admin, url).content.decode()
    assert 'name="_save"' not in html
    assert admin.post(url, {"number": "1"}).status_code == 403


def test_what_a_resident_typed_while_waiting_is_not_shown(admin: Client, alices_flat: Link) -> None:
    row = LinkRequest.objects.create(
        user=alices_flat.user,
        supplier=alices_flat.account.supplier,
        digits="01800000001",
        shown_number="018\\00000001",
        paid_on=factories.NOW.date(),
        amount="777.77",
        created_at=factories.NOW,
        expires_at=factories.NOW,
    )
    html = say_why(admin, reverse("admin:billing_linkrequest_change", args=[row.pk])).content.decode()
    assert "018\\00000001" in html
    assert "777" not in html


@pytest.mark.parametrize("model", ["link", "bill", "payment"])
def test_a_longer_list_costs_no_more_statements(admin: Client, alices_flat: Link, model: str) -> None:
    listed(admin, model)
    with CaptureQueriesContext(connection) as short:
        listed(admin, model)
    for _ in range(20):
        account = factories.PersonalAccountFactory()
        factories.LinkFactory(account=account)
        factories.BillFactory(account=account)
        factories.PaymentFactory(account=account)
    with CaptureQueriesContext(connection) as long:
        listed(admin, model)
    assert len(long) == len(short)


def test_without_the_second_factor_nothing_opens(client: Client, staff: User) -> None:
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:billing_bill_changelist")).status_code == 302
