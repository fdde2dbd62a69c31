"""«Информация о приборе учёта»: what a resident compares with the case."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from billing.models import Link
from meters.models import Meter
from tests import factories
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def meter(alices_flat: Link) -> Meter:
    return Meter.objects.get(installations__account=alices_flat.account)


def url_of(meter: Meter) -> str:
    return reverse("meters:meter_detail", args=[meter.pk])


def read(client: PageClient, meter: Meter) -> str:
    answer = client.get(url_of(meter))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_names_every_known_field(as_alice: PageClient, meter: Meter) -> None:
    Meter.objects.filter(pk=meter.pk).update(
        serial="60209442", place="щит на площадке", accuracy_class="1.0", owner="Светлана", ratio=20
    )
    text = read(as_alice, meter)
    assert "<h1>Информация о приборе учёта № 60209442</h1>" in text
    for label, value in [
        ("Услуга", "Электроэнергия"),
        ("Номер ПУ", "60209442"),
        ("Модель ПУ", "НЕВА МТ 124"),
        ("Состояние", "действует"),
        ("Место установки", "щит на площадке"),
        ("Установлен", "20 мая 2019"),
        ("Число тарифов", "2"),
        ("Коэффициент трансформации", "20"),
        ("Класс точности", "1,0"),
        ("Напряжение", "230 В"),
        ("Наибольший ток", "60 А"),
        ("Фаз", "1"),
        ("Межповерочный интервал (МПИ)", "16 лет"),
        ("Поверен до", "27 мая 2033"),
        ("Владелец", "Светлана"),
    ]:
        assert f"<dt>{label}</dt><dd>{value}</dd>" in text.replace("</dt> <dd>", "</dt><dd>"), label
    assert "6 цифр до запятой, без дробной части" in text
    assert "07:00–23:00" in text
    assert "23:00–07:00" in text


def test_names_what_the_supplier_has_not_sent(as_alice: PageClient, meter: Meter) -> None:
    text = read(as_alice, meter)
    assert "место установки, класс точности, владелец" in text
    assert "None" not in text


def test_a_missing_model_opens_the_report_filled_in(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    Meter.objects.filter(pk=meter.pk).update(model="", serial="")
    text = read(as_alice, meter)
    assert "В сведениях нет номера и модели" in text
    report = (
        f"{reverse('support:report_create')}?account={alices_flat.pk}&amp;meter={meter.pk}&amp;reason=wrong_meter_info"
    )
    assert f'href="{report}"' in text
    assert as_alice.get(report.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2033, 5, 27), "поверен до 2033"),
        (date(2027, 1, 7), "поверка через 48 дней"),
        (date(2026, 11, 19), "срок поверки вышел"),
    ],
)
def test_says_how_verification_stands(as_alice: PageClient, meter: Meter, until: date, words: str) -> None:
    Meter.objects.filter(pk=meter.pk).update(verified_until=until)
    text = read(as_alice, meter)
    assert words in text
    assert "отвечает поставщик" in text


def test_verification_of_water_is_the_owners(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    account = alices_flat.account
    account.service = "cold_water"
    account.save()
    Meter.objects.filter(pk=meter.pk).update(voltage=None, current_max=None, phases=None)
    text = read(as_alice, meter)
    assert "Поверку заказывает владелец" in text
    assert "напряжение" not in text


def test_everything_is_right_marks_the_checklist(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    assert "Всё верно" in read(as_alice, meter)
    assert as_alice.post(url_of(meter)).status_code == 302
    alices_flat.refresh_from_db()
    assert alices_flat.meter_checked_at == factories.NOW
    assert ">Всё верно<" not in read(as_alice, meter)


def test_shows_the_meters_before_it(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    former = factories.InstallationFactory(
        account=alices_flat.account,
        meter__serial="11110000",
        meter__status="removed",
        installed_on=date(2005, 3, 1),
        removed_on=date(2019, 5, 20),
    ).meter
    factories.ScaleFactory(meter=former, opening_value=5, closing_value=48211)
    text = read(as_alice, meter)
    assert "№ 11110000" in text
    assert "с 1 марта 2005 по 20 мая 2019" in text
    assert "48 211" in text
    assert url_of(former) in text


def test_a_removed_meter_says_so_and_asks_nothing(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    meter.installations.update(removed_on=date(2026, 11, 1))
    text = read(as_alice, meter)
    assert "снят" in text
    assert ">Всё верно<" not in text


def test_a_meter_without_scales_still_has_its_card(as_alice: PageClient, alices_flat: Link) -> None:
    bare = factories.InstallationFactory(
        account=alices_flat.account,
        installed_on=None,
        meter__serial="",
        meter__model="",
        meter__digits_left=None,
        meter__digits_right=None,
        meter__voltage=None,
        meter__current_max=None,
        meter__phases=None,
        meter__verified_until=None,
        meter__verification_years=None,
    ).meter
    assert "None" not in read(as_alice, bare)


def test_a_stranger_finds_nothing(as_charlie: PageClient, meter: Meter) -> None:
    assert as_charlie.get(url_of(meter)).status_code == 404
    assert as_charlie.post(url_of(meter)).status_code == 404


def test_an_ended_link_shows_nothing(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    alices_flat.ended_at = factories.NOW
    alices_flat.save()
    assert as_alice.get(url_of(meter)).status_code == 404


def test_an_equal_serial_gives_no_right(as_charlie: PageClient, charlie: User, meter: Meter) -> None:
    own = factories.InstallationFactory(meter__serial=meter.serial)
    factories.LinkFactory(user=charlie, account=own.account)
    assert as_charlie.get(url_of(own.meter)).status_code == 200
    assert as_charlie.get(url_of(meter)).status_code == 404
