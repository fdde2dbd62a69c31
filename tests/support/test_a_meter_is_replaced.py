"""A resident tells of a replaced meter, staff confirm it by the act, and the registry finds it by its serial."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing.models import Link
from exchange.operations import import_registry
from meters import operations as meters
from meters.models import Installation, Meter, Submission
from support.models import ErrorReport, MeterReplacement
from tests import factories, residents
from tests.exchange.packages import write_package
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def old(alices_flat: Link) -> Meter:
    return Meter.objects.get(installations__account=alices_flat.account)


def fill(old: Meter, **changed: str) -> dict[str, str]:
    scales = {scale.code: scale.pk for scale in old.scales.all()}
    return {
        "key": str(uuid4()),
        "replaced_on": "2026-11-15",
        "serial": "77001122",
        "model": "НЕВА МТ 124",
        f"closing-{scales['1']}": "12 800",
        f"closing-{scales['2']}": "3550",
        f"opening-{scales['1']}": "0",
        f"opening-{scales['2']}": "3",
        "text": "",
        **changed,
    }


def tell(client: PageClient, old: Meter, **changed: str) -> object:
    return client.post(reverse("support:replacement_create", args=[old.pk]), fill(old, **changed))


def confirm(staff: User) -> str:
    desk = residents.sign_in_staff(PageClient(), staff)
    report = ErrorReport.objects.get()
    page = desk.get(reverse("admin:support_errorreport_change", args=[report.pk])).content.decode()
    assert "Подтвердить замену" in page
    return desk.post(reverse("admin:support_errorreport_replacement", args=[report.pk]), follow=True).content.decode()


def test_told_confirmed_and_read_on(as_alice: PageClient, staff: User, alices_flat: Link, old: Meter) -> None:
    answer = tell(as_alice, old)
    report = ErrorReport.objects.get()
    assert answer.url == reverse("support:report_detail", args=[report.number])
    assert "Прежний остановился на: день 12 800, ночь 3 550" in report.text.replace("\u00a0", " ")
    assert "Замена подтверждена" in confirm(staff)
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.RESOLVED
    new = MeterReplacement.objects.get().new_meter
    assert new is not None
    assert (new.serial, new.digits_left, new.awaits_registry) == ("77001122", old.digits_left, True)
    old.refresh_from_db()
    assert old.status == Meter.Status.REMOVED
    assert Installation.objects.get(meter=old).removed_on == date(2026, 11, 15)
    form = as_alice.get("/readings/").content.decode()
    assert "77001122" in form
    history = as_alice.get(reverse("meters:meter_history", args=[new.pk])).content.decode().replace("\u00a0", " ")
    assert "Счётчик заменён 15 ноября 2026" in history
    assert "12 800" in history
    (sent,) = meters.submit_readings(
        user=alices_flat.user,
        key=uuid4(),
        typed={new.pk: {"1": "40", "2": "15"}},
        taken_on=timezone.localdate(),
        at=timezone.now(),
    )
    meters.check_waiting_submissions(at=timezone.now())
    assert Submission.objects.get(pk=sent.pk).status == Submission.Status.ACCEPTED


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"replaced_on": "2026-12-01"}, "Этот день ещё не наступил"),
        ({"serial": ""}, "Обязательное поле"),
        ({"replaced_on": "вчера"}, "дат"),
    ],
)
def test_a_slip_is_said_and_nothing_typed_is_lost(
    as_alice: PageClient, old: Meter, changed: dict[str, str], words: str
) -> None:
    html = tell(as_alice, old, **changed).content.decode()
    assert words in html
    assert 'value="12 800"' in html
    assert not ErrorReport.objects.exists()


def test_the_same_form_twice_is_one_report(as_alice: PageClient, old: Meter) -> None:
    facts = fill(old)
    address = reverse("support:replacement_create", args=[old.pk])
    assert as_alice.post(address, facts).url == as_alice.post(address, facts).url
    assert MeterReplacement.objects.count() == 1


def test_what_was_replaced_meanwhile_is_said_to_staff(as_alice: PageClient, staff: User, old: Meter) -> None:
    tell(as_alice, old)
    Installation.objects.filter(meter=old).update(removed_on=date(2026, 11, 10))
    assert "уже не стоит на лицевом счёте" in confirm(staff)
    assert ErrorReport.objects.get().status == ErrorReport.Status.NEW
    assert not Meter.objects.filter(awaits_registry=True).exists()


def test_a_stranger_replaces_nothing(as_charlie: PageClient, old: Meter) -> None:
    assert as_charlie.get(reverse("support:replacement_create", args=[old.pk])).status_code == 404
    assert tell(as_charlie, old).status_code == 404


def test_the_registry_finds_the_new_meter_by_its_serial(
    as_alice: PageClient, staff: User, alices_flat: Link, old: Meter, tmp_path: Path
) -> None:
    tell(as_alice, old)
    confirm(staff)
    account = alices_flat.account
    known = Meter.objects.get(awaits_registry=True)
    package = write_package(
        tmp_path / "package",
        {
            "personal_accounts.csv": f"number;service\n{account.number};electricity\n",
            "meters.csv": "account;registration;serial;model;installed_on\n"
            f"{account.number};{old.registration};{old.serial};{old.model};2019-05-20\n"
            f"{account.number};R-900;0077001122;НЕВА МТ 124 AS;2026-11-15\n",
        },
        supplier=account.supplier.code,
    )
    run = import_registry(package, at=timezone.now())
    assert run.status == "applied", run.reason
    known.refresh_from_db()
    assert (known.registration, known.model, known.awaits_registry) == ("R-900", "НЕВА МТ 124 AS", False)
    assert Meter.objects.filter(installations__account=account).count() == 2
    assert Installation.objects.filter(meter=known).count() == 1


def test_of_two_meters_given_one_serial_by_mistake_the_registry_finds_one(
    alices_flat: Link, old: Meter, tmp_path: Path
) -> None:
    """Both with its key would be no package at all."""
    account = alices_flat.account
    for name in ("portal-1", "portal-2"):
        new = factories.MeterFactory(
            supplier=account.supplier, registration=name, serial="77001122", awaits_registry=True
        )
        factories.InstallationFactory(meter=new, account=account, installed_on=date(2026, 11, 15))
    package = write_package(
        tmp_path / "package",
        {
            "meters.csv": "account;registration;serial;model;installed_on\n"
            f"{account.number};R-900;77001122;НЕВА МТ 124 AS;2026-11-15\n"
        },
        supplier=account.supplier.code,
    )
    run = import_registry(package, at=timezone.now())
    assert run.status == "applied", run.reason
    assert sorted(Meter.objects.filter(serial="77001122").values_list("registration", flat=True)) == [
        "R-900",
        "portal-2",
    ]
