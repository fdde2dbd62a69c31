"""A resident sets the figures of a paper bill beside what is here, and reports a difference with one tap."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from billing.calendar import previous_months
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


def look(client: PageClient, meter: Meter, *, day: str = "", night: str = "", month: str = "2026-10") -> str:
    codes = {scale.code: scale.pk for scale in meter.scales.all()}
    asked = {"month": month, f"paper-{codes['1']}": day, f"paper-{codes['2']}": night}
    html = client.get(reverse("meters:paper_bill", args=[meter.pk]), asked).content.decode()
    return html.replace("\u00a0", " ")


def test_equal_figures_are_said_to_be_equal(as_alice: PageClient, meter: Meter) -> None:
    html = look(as_alice, meter, day="12 612", night="3478")
    assert "то же, что и здесь" in html
    assert html.count("совпадает") == 2
    assert "Сообщить о расхождении" not in html


def test_a_difference_becomes_a_report_with_all_figures(as_alice: PageClient, meter: Meter) -> None:
    html = look(as_alice, meter, day="12700", night="3478")
    assert "отличается на 88 кВт·ч" in html
    address = unescape(re.search(r'href="(/reports/[^"]+)"', html)[1])
    report = as_alice.get(address).content.decode().replace("\u00a0", " ")
    assert "в счёте 12 700, в кабинете 12 612 на 20 октября" in report
    assert "за октябрь 2026" in report
    assert "Прошу проверить и пересчитать." in report


def test_red_digits_belong_after_the_comma_here_too(as_alice: PageClient, meter: Meter) -> None:
    """As in «Показания»: told to leave them out, a resident of a water meter would type too little."""
    Meter.objects.filter(pk=meter.pk).update(digits_left=5, digits_right=3)
    html = look(as_alice, meter, day="12612448")
    assert "Цифры в красной рамке пишите после запятой." in html


def test_one_zone_is_enough(as_alice: PageClient, meter: Meter) -> None:
    html = look(as_alice, meter, night="3478")
    assert html.count("совпадает") == 1
    assert "День</b>" not in html


def test_a_slip_is_said_beside_its_field_and_nothing_typed_is_lost(as_alice: PageClient, meter: Meter) -> None:
    html = look(as_alice, meter, day="12б12", night="3478")
    assert "Что получилось" not in html
    assert 'value="12б12"' in html
    assert 'value="3478"' in html
    assert "Впишите со счёта хотя бы одно показание" in look(as_alice, meter)


def test_the_history_leads_there(as_alice: PageClient, meter: Meter) -> None:
    html = as_alice.get(reverse("meters:meter_history", args=[meter.pk])).content.decode()
    assert reverse("meters:paper_bill", args=[meter.pk]) in html


def test_a_stranger_finds_nothing(as_charlie: PageClient, meter: Meter) -> None:
    assert as_charlie.get(reverse("meters:paper_bill", args=[meter.pk])).status_code == 404


def test_a_nought_is_a_value(as_alice: PageClient, meter: Meter) -> None:
    assert "отличается на 12 612" in look(as_alice, meter, day="0")


def test_months_before_go_over_the_year() -> None:
    assert [f"{month:%Y-%m}" for month in previous_months(factories.NOW.date().replace(month=2), 3)] == [
        "2026-01",
        "2025-12",
        "2025-11",
    ]
