"""A resident proves a personal account by the number on the meter."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from billing.models import PersonalAccount
from meters.models import Meter
from meters.proofs import MeterNumber
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter() -> Meter:
    return factories.InstallationFactory(meter__serial="0060209442").meter


def prove(account: PersonalAccount, typed: str) -> bool:
    field = MeterNumber().fields()["serial"]
    return MeterNumber().holds(account, {"serial": field.clean(typed), "at": factories.NOW})


def account_of(meter: Meter) -> PersonalAccount:
    return meter.installations.get().account


@pytest.mark.parametrize(
    "typed",
    ["60209442", "0060209442", " 602 094 42 ", "№ 60209442", "6О2О9442", "60209442\u200b", "６０２０９４４２"],
)
def test_the_number_holds_however_it_is_typed(meter: Meter, typed: str) -> None:
    assert prove(account_of(meter), typed)


@pytest.mark.parametrize("typed", ["60209443", "6020944", "602094420", "1"])
def test_a_wrong_digit_does_not_hold(meter: Meter, typed: str) -> None:
    assert not prove(account_of(meter), typed)


@pytest.mark.parametrize("typed", ["НЕВА", "000", "-"])
def test_says_that_a_number_needs_digits(typed: str) -> None:
    with pytest.raises(ValidationError, match="должны быть цифры"):
        MeterNumber().fields()["serial"].clean(typed)


def test_a_meter_of_another_account_proves_nothing(meter: Meter) -> None:
    assert not prove(factories.PersonalAccountFactory(), "60209442")


def test_a_missing_serial_is_never_a_match() -> None:
    bare = factories.InstallationFactory(meter__serial="")
    assert not MeterNumber().holds(bare.account, {"serial": "", "at": factories.NOW})


def test_after_a_replacement_only_the_new_meter_proves(meter: Meter) -> None:
    account = account_of(meter)
    meter.installations.update(removed_on=date(2026, 6, 20))
    factories.InstallationFactory(account=account, meter__serial="71000001", installed_on=date(2026, 6, 20))
    assert prove(account, "71000001")
    assert not prove(account, "60209442")


def test_the_last_meter_proves_while_no_other_stands_there(meter: Meter) -> None:
    meter.installations.update(removed_on=date(2026, 6, 20))
    assert prove(account_of(meter), "60209442")


def test_each_of_several_meters_proves(meter: Meter) -> None:
    second = factories.InstallationFactory(account=account_of(meter), meter__serial="71000002")
    assert prove(second.account, "60209442")
    assert prove(second.account, "71000002")


def test_an_unknown_account_costs_the_same_one_statement(meter: Meter, django_assert_num_queries: Any) -> None:
    unknown = PersonalAccount(pk=0, supplier=meter.supplier, number="018\\99999999", digits="01899999999")
    for account in (account_of(meter), unknown):
        with django_assert_num_queries(1):
            MeterNumber().holds(account, {"serial": "60209442", "at": factories.NOW})


@time_machine.travel(factories.NOW, tick=False)
def test_links_by_the_form(meter: Meter, as_alice: Any) -> None:
    """«Номер счётчика» instead of the last payment."""
    typed = {
        "supplier": str(meter.supplier_id),
        "service": "electricity",
        "number": account_of(meter).number,
        "proof": "meter",
        "serial": "№ 60209442",
        "alias": "Дача",
        "group": "new",
    }
    answer = as_alice.post("/personal-accounts/link/", typed)
    assert answer.status_code == 302, answer.context["form"].errors
    assert account_of(meter).links.get().alias == "Дача"
