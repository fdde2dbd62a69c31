import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Consent, User
from billing.models import Bill, Link, Payment, PersonalAccount
from billing.staff_scope import get_suppliers
from exchange.models import ImportRun
from exchange.operations import import_registry
from meters.models import Installation, Meter, Reading, Submission
from portal.demo import people
from portal.demo.packages import write_packages
from portal.home import get_home
from support.models import ErrorReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def _demo(settings: Any, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.STATE_DIR = tmp_path


def test_refuses_outside_the_demo() -> None:
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")


@pytest.mark.usefixtures("_demo")
def test_people_can_sign_in_and_twice_changes_nothing() -> None:
    call_command("seed_demo")
    call_command("seed_demo")

    resident = User.objects.get(phone=people.RESIDENT_PHONE)
    assert resident.check_password(people.RESIDENT_PASSWORD)
    assert {link.group.name for link in Link.objects.filter(user=resident).select_related("group")} == {"Дом", "Дача"}
    assert Link.objects.filter(user=resident).count() == 4
    assert Consent.objects.filter(user=resident).count() == 2
    staff = User.objects.get(phone=people.STAFF_PHONE)
    assert (staff.name, staff.is_staff, staff.check_password(people.STAFF_PASSWORD)) == ("Ольга, диспетчер", True, True)
    device = TOTPDevice.objects.get(user=staff)
    assert device.verify_token(people.current_staff_code(at=datetime.now(UTC)))
    assert set(ImportRun.objects.values_list("status", flat=True)) == {"applied"}
    assert ImportRun.objects.count() == 2
    waiting = Submission.objects.filter(needs_review=True)
    assert 2 <= waiting.count() < Submission.objects.count()
    assert ErrorReport.objects.count() == 1


@pytest.mark.usefixtures("_demo")
def test_an_operator_serves_one_supplier() -> None:
    call_command("seed_demo")
    operator = User.objects.get(phone=people.OPERATOR_PHONE)
    assert operator.check_password(people.STAFF_PASSWORD)
    assert [group.name for group in operator.groups.all()] == ["Оператор"]
    assert [supplier.code for supplier in get_suppliers(operator, whole=True)] == ["eirc"]


@pytest.mark.usefixtures("_demo")
def test_the_resident_has_something_to_pay_and_something_to_check() -> None:
    call_command("seed_demo")
    resident = User.objects.get(phone=people.RESIDENT_PHONE)

    cards = [card for group in get_home(resident, at=timezone.localtime()).groups for card in group.cards]

    assert {card.link.title for card in cards if card.balance and card.balance.to_pay} == {"Квартира"}
    assert {card.link.title for card in cards if not card.checklist.is_complete} == {"Участок рядом"}


@pytest.mark.usefixtures("_demo")
def test_shows_how_to_come_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    capsys.readouterr()

    call_command("seed_demo", show=True)

    words = capsys.readouterr().out
    for word in ("+7 921 555-01-42", people.RESIDENT_PASSWORD, people.STAFF_PASSWORD, "/demo/messages/", "счётчик №"):
        assert word in words


@pytest.mark.usefixtures("_demo")
def test_the_households_have_the_oddities_of_life() -> None:
    call_command("seed_demo")

    assert PersonalAccount.objects.count() >= 55
    assert PersonalAccount.objects.filter(status="locked", lock_reason__gt="").exists()
    assert PersonalAccount.objects.filter(installations=None).count() >= 2
    assert PersonalAccount.objects.filter(payments=None).exists()
    assert Meter.objects.filter(serial="").exists()
    assert Meter.objects.filter(status="automatic").exists()
    assert Installation.objects.exclude(removed_on=None).exists()
    assert Meter.objects.filter(verified_until__lt=datetime.now(UTC)).exists()
    assert Reading.objects.filter(kind="estimated").exists()
    for account in people.get_free_accounts():
        assert account.paid_on > datetime.now(UTC).date() - timedelta(days=60)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 12, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 30, tzinfo=UTC),
        datetime(2027, 3, 31, 21, 30, tzinfo=UTC),
    ],
)
def test_packages_are_the_same_for_one_day_and_load_whole_on_any(tmp_path: Path, moment: datetime) -> None:
    first = write_packages(tmp_path / "1", at=moment)
    second = write_packages(tmp_path / "2", at=moment)

    for one, other in zip(first, second, strict=True):
        assert {file.name: file.read_bytes() for file in one.iterdir()} == {
            file.name: file.read_bytes() for file in other.iterdir()
        }
        run = import_registry(one, at=moment)
        assert (run.status, run.rejected_rows.count()) == (ImportRun.Status.APPLIED, 0), run.reason
        manifest = json.loads((one / "registry.json").read_text())
        assert run.counts["bills.csv"]["rows"] == manifest["totals"]["bills.csv"]["rows"]
    latest = Bill.objects.order_by("-period")[0]
    assert (moment + timedelta(hours=3)).date().replace(day=1) > latest.period
    assert Payment.objects.filter(paid_on__gt=moment).count() == 0
