"""Application and spare codes are lost: two members of staff together give the owner the way in by SMS (ASVS 6.4.4)."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import FactorRemoval, User
from billing.models import Supplier
from billing.staff_scope import give_scope
from notifications.models import OutgoingMessage
from tests import factories, residents
from tests.accounts.test_staff_second_factor import rooms
from tests.arrivals import come_in
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:accounts_factorremoval_changelist"), reverse("admin:accounts_factorremoval_add")
TYPED = {"phone": residents.ALICE, "reason": "Пришла в отделение с паспортом."}


@pytest.fixture
def application(alice: User) -> TOTPDevice:
    factories.LinkFactory(user=alice)
    return TOTPDevice.objects.create(user=alice, name="Приложение", confirmed=True)


def senior(number: int) -> PageClient:
    member = factories.UserFactory(phone=f"+790055501{number}", name=f"Старший {number}", is_staff=True)
    for supplier in Supplier.objects.all():
        give_scope(staff=member, supplier=supplier, at=timezone.now())
    return rooms(member, "Старший")


def confirm(client: PageClient) -> str:
    chosen = {"action": "confirm", "_selected_action": [str(FactorRemoval.objects.get().pk)]}
    return str(client.post(LIST, chosen, follow=True).content.decode())


def test_one_asks_another_confirms_and_the_owner_hears(application: TOTPDevice, page: PageClient, alice: User) -> None:
    asking, confirming = senior(71), senior(72)
    assert asking.get(ADD).status_code == 200
    assert asking.post(ADD, TYPED).url == LIST
    assert OutgoingMessage.objects.get(event="accounts/factor_removal_asked").recipient == residents.ALICE
    assert "Подтверждает другой сотрудник" in confirm(asking)
    assert TOTPDevice.objects.filter(pk=application.pk).exists()
    assert "Приложение снято" in confirm(confirming)
    assert OutgoingMessage.objects.filter(event="accounts/application_ended", recipient=residents.ALICE).exists()
    assert come_in(page, residents.ALICE).url == "/"
    assert "уже выполнена" in confirm(confirming)


def test_a_request_is_good_for_a_day(application: TOTPDevice) -> None:
    senior(71).post(ADD, TYPED)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "больше суток" in confirm(senior(72))
    assert TOTPDevice.objects.filter(pk=application.pk).exists()


@pytest.mark.parametrize("phone", [residents.CHARLIE, residents.BORIS])
def test_where_there_is_none_there_is_nothing_to_take(boris: User, phone: str) -> None:
    answer = senior(71).post(ADD, {**TYPED, "phone": phone})
    assert (answer.status_code, FactorRemoval.objects.count()) == (422, 0)


def test_nobody_asks_for_himself() -> None:
    client = senior(71)
    assert client.post(ADD, {**TYPED, "phone": "+79005550171"}).status_code == 422


def test_an_operator_has_no_part_in_it(application: TOTPDevice) -> None:
    operator = rooms(factories.UserFactory(phone="+79005550173", is_staff=True), "Оператор")
    assert operator.get(LIST).status_code == 403
    assert operator.post(ADD, TYPED).status_code == 403
    assert Group.objects.get(name="Оператор").permissions.filter(codename="add_factorremoval").count() == 0
