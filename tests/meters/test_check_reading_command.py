"""The rules can be tried: from the command line, from a file, and on a page for staff."""

import json
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from billing.models import Link
from meters.models import Meter, Reading, Submission
from tests import factories
from tests.factories import NOW
from tests.pages import PageClient

TRIAL = "/admin/meters/submission/trial/"
FACTS = {
    "meter": {
        "serial": "60209442",
        "model": "НЕВА",
        "digits_left": 6,
        "digits_right": 0,
        "installed_on": "2019-05-20",
        "scales": [
            {
                "code": "1",
                "name": "День",
                "unit": "кВт·ч",
                "last_actual": "12612",
                "last_actual_on": "2026-10-20",
                "daily_use": "9.3",
            }
        ],
    },
    "calendar": {"today": "2026-11-20", "taken_on": "2026-11-20"},
}


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def serial(alices_flat: Link) -> str:
    return Meter.objects.get(installations__account=alices_flat.account).serial


def run(*words: str, **options: object) -> str:
    out = StringIO()
    call_command("check_reading", *words, stdout=out, **options)
    return out.getvalue()


def write(folder: Path, facts: object) -> Path:
    path = folder / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    return path


@pytest.mark.django_db
def test_judges_by_the_rows_and_writes_nothing(serial: str) -> None:
    before = Reading.objects.count()
    said = run(serial, "1=12896", "2=3588")
    assert "Решение: принимается (accepted)" in said
    assert "1 «День»: 12896, расход 284 кВт·ч" in said
    assert "Ничего необычного." in said
    assert (Reading.objects.count(), Submission.objects.count()) == (before, 0)


@pytest.mark.django_db
def test_prints_code_severities_figures_and_words(serial: str) -> None:
    said = run(serial, "1=3588", "2=12896")
    assert "- zones_swapped: спросить жителя" in said
    assert "Похоже, зоны перепутаны местами." in said
    assert "Предлагает: 1=12896 2=3588" in said


@pytest.mark.django_db
def test_json_holds_the_whole_verdict(serial: str) -> None:
    said = json.loads(run(serial, "1=11000", "2=3588", "--json"))
    assert said["outcome"] == "blocked"
    finding = said["findings"][0]
    assert (finding["code"], finding["scale"], finding["severities"]) == ("lower_than_actual", "1", ["block"])
    assert finding["figures"]["base"] == "12612"
    assert finding["title"].startswith("Меньше прежнего")


@pytest.mark.django_db
def test_another_day_is_judged_as_that_day(serial: str) -> None:
    assert "date_in_future" in run(serial, "1=12896", "2=3588", "--on", "2026-11-21")


@pytest.mark.django_db
def test_what_stands_for_the_period_is_known(alices_flat: Link, serial: str) -> None:
    meter = Meter.objects.get(serial=serial)
    sent = Submission.objects.create(
        receipt="2611-000001-0",
        key="00000000-0000-4000-8000-000000000001",
        user=alices_flat.user,
        account=alices_flat.account,
        meter=meter,
        taken_on=NOW.date(),
        period="2026-11-01",
        status="accepted",
        submitted_at=NOW,
    )
    for scale, value in zip(meter.scales.order_by("code"), (12896, 3588), strict=True):
        sent.values.create(scale=scale, typed=str(value), value=value)
    assert "duplicate" in run(serial, "1=12896", "2=3588")
    assert "supersedes" in run(serial, "1=12897", "2=3588")


@pytest.mark.django_db
def test_says_what_is_not_clear(serial: str) -> None:
    with pytest.raises(CommandError, match="нет"):
        run("999", "1=1")
    with pytest.raises(CommandError, match="Нужен один номер"):
        run(serial, "12345", "1=1")
    other = factories.SupplierFactory(code="eirc", name="Другой")
    twin = factories.MeterFactory(supplier=other, serial=serial)
    factories.InstallationFactory(meter=twin, account=factories.PersonalAccountFactory(supplier=other))
    with pytest.raises(CommandError, match="eirc, psk"):
        run(serial, "1=1")
    assert "accepted" in run(serial, "1=12896", "2=3588", "--supplier", "psk")


def test_facts_of_a_file_need_no_database(tmp_path: Path) -> None:
    path = write(tmp_path, FACTS)
    assert "Решение: принимается" in run("1=12896", facts=path)
    assert json.loads(run("1=14000", "--json", facts=path))["findings"][0]["code"] == "high"
    assert "very_high" not in run("1=14000", facts=write(tmp_path, {**FACTS, "thresholds": {"very_high": "99"}}))
    previous = {"receipt": "7", "values": {"1": "12896"}}
    assert "duplicate" in run("1=12896", facts=write(tmp_path, {**FACTS, "previous": previous}))


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ([], "meter"),
        ({}, "meter"),
        ({**FACTS, "wat": 1}, "wat"),
        ({"meter": {"digits": 6}}, "meter.digits"),
        ({"meter": {"digits_left": "6"}}, "meter.digits_left"),
        ({"meter": {"scales": [{"code": "1"}]}}, "обязательных"),
        ({"meter": {"ratio": 1.5}}, "meter.ratio"),
        ({"meter": {"ratio": "NaN"}}, "meter.ratio"),
        ({"meter": {"scales": [], "installed_on": "20.05.2019"}}, "meter.installed_on"),
    ],
)
def test_a_wrong_file_is_told_where(tmp_path: Path, facts: object, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("1=12896", facts=write(tmp_path, facts))


def sign_in(staff: User) -> PageClient:
    device = TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True)
    client = PageClient()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    return client


@pytest.mark.django_db
def test_staff_try_a_reading_on_a_page(staff: User, serial: str) -> None:
    client = sign_in(staff)
    assert TRIAL in client.get("/admin/meters/submission/").content.decode()
    assert "Проверить показание" in client.get(TRIAL).content.decode()
    html = client.post(TRIAL, {"serial": serial, "typed": "1=13900\n2=3588"}).content.decode()
    assert "нужен ответ жителя" in html
    assert "Расход больше обычного" in html
    assert "high, шкала 1" in html
    assert not Submission.objects.exists()
    assert "Такого счётчика нет" in client.post(TRIAL, {"serial": "999", "typed": "1=1"}).content.decode()
    assert "Напишите так" in client.post(TRIAL, {"serial": serial, "typed": "12896"}).content.decode()


@pytest.mark.django_db
def test_who_may_not_see_readings_may_not_try_them(db: None) -> None:
    other = factories.UserFactory(phone="+79005550188", is_staff=True)
    assert sign_in(other).get(TRIAL).status_code == 403
