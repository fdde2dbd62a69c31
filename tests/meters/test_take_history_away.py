"""«Скачать»: all readings of a meter as CSV, XLSX, JSON and Green Button."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from billing.models import Link
from meters.exports.csv import write_csv
from meters.exports.rows import ExportedScale
from meters.exports.xlsx import write_xlsx
from meters.models import Meter, Reading
from tests import factories
from tests.meters.exported import make_reading
from tests.meters.test_green_button import ESPI, list_values
from tests.pages import PageClient

FORMATS = ["csv", "xlsx", "json", "xml"]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def meter(alices_flat: Link) -> Meter:
    return Meter.objects.get(installations__account=alices_flat.account)


def url_of(meter: Meter, file_format: str) -> str:
    return reverse("meters:meter_readings", args=[meter.pk, file_format])


def take(client: PageClient, meter: Meter, file_format: str) -> bytes:
    answer = client.get(url_of(meter, file_format))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


# Who may take what


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_stranger_finds_nothing(as_charlie: PageClient, meter: Meter, file_format: str) -> None:
    assert as_charlie.get(url_of(meter, file_format)).status_code == 404


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_ended_link_gives_nothing(as_alice: PageClient, alices_flat: Link, meter: Meter, file_format: str) -> None:
    Link.objects.filter(pk=alices_flat.pk).update(ended_at=factories.NOW)
    assert as_alice.get(url_of(meter, file_format)).status_code == 404


def test_there_are_four_formats(as_alice: PageClient, meter: Meter) -> None:
    assert as_alice.get(url_of(meter, "pdf")).status_code == 404
    assert as_alice.post(url_of(meter, "csv")).status_code == 405


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_is_kept_by_no_cache_and_has_a_plain_name(as_alice: PageClient, meter: Meter, file_format: str) -> None:
    Meter.objects.filter(pk=meter.pk).update(serial='Ю-7"5/1')
    headers = as_alice.get(url_of(meter, file_format)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == f'attachment; filename="readings-7-5-1-2026-11-20.{file_format}"'


def test_a_meter_that_moved_shows_only_the_days_here(as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
    factories.InstallationFactory(meter=meter, installed_on=date(2010, 1, 1), removed_on=date(2019, 5, 19))
    scale = meter.scales.get(code="1")
    factories.ReadingFactory(scale=scale, taken_on=date(2015, 3, 1), value=99)
    midnight = int(datetime(2015, 3, 1, tzinfo=ZoneInfo("Europe/Moscow")).timestamp())
    for file_format, day in (("csv", "2015-03-01"), ("json", "2015-03-01"), ("xml", f"<start>{midnight}<")):
        assert day.encode() not in take(as_alice, meter, file_format)
        here = day.replace("2015-03-01", "2026-10-20").replace(str(midnight), str(midnight + 4251 * 86400))
        assert here.encode() in take(as_alice, meter, file_format)


def test_the_page_offers_all_four(as_alice: PageClient, meter: Meter) -> None:
    html = as_alice.get(reverse("meters:meter_history", args=[meter.pk])).content.decode()
    for file_format in FORMATS:
        assert f'href="{url_of(meter, file_format)}"' in html


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_long_history_takes_no_more_statements(as_alice: PageClient, meter: Meter, file_format: str) -> None:
    take(as_alice, meter, file_format)
    with CaptureQueriesContext(connection) as few:
        take(as_alice, meter, file_format)
    scale = meter.scales.get(code="1")
    Reading.objects.bulk_create(
        Reading(meter=meter, scale=scale, taken_on=date.fromordinal(733000 + n), value=n, kind="actual", source="")
        for n in range(1500)
    )
    with CaptureQueriesContext(connection) as many:
        assert len(take(as_alice, meter, file_format)) > 10000
    assert len(many) == len(few)


# CSV and XLSX


def test_csv_holds_every_reading(as_alice: PageClient, meter: Meter) -> None:
    estimate = factories.ReadingFactory(
        scale=meter.scales.get(code="2"), taken_on=date(2026, 11, 1), value="3500", kind="estimated", source="supplier"
    )
    data = take(as_alice, meter, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 1 + Reading.objects.filter(meter=meter).count()
    heading, *rows = read_csv(data)
    assert heading == ["Дата", "Шкала", "Код шкалы", "Показание", "Единица", "Вид", "Источник", "Квитанция"]
    assert ["2026-10-20", "День", "1", "12612", "кВт·ч", "фактическое", "передано жителем", ""] in rows
    assert ["2026-11-01", "Ночь", "2", "3500", "кВт·ч", "расчётное", "от поставщика", ""] in rows
    assert rows[-1][0] == estimate.taken_on.isoformat()


def test_a_fraction_has_a_comma(as_alice: PageClient, meter: Meter) -> None:
    Meter.objects.filter(pk=meter.pk).update(digits_left=5, digits_right=3)
    assert "12612,000" in take(as_alice, meter, "csv").decode()


@given(st.sampled_from("=+-@\t\r\n\0＝＋－＠"), st.text())
def test_no_cell_is_a_formula(first: str, rest: str) -> None:
    scale = ExportedScale(1, first + rest, first + rest, "кВт·ч")
    rows = read_csv(
        "".join(write_csv([make_reading("1", date(2026, 1, 1), scale=scale)])).encode("utf-8", "surrogatepass")
    )
    assert rows[1][1] == rows[1][2] == f"'{first}{rest}"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_whatever_a_scale_is_called_it_is_one_cell(names: list[str]) -> None:
    readings = [make_reading("1", date(2026, 1, 1), scale=ExportedScale(1, "", name, "")) for name in names]
    rows = read_csv("".join(write_csv(readings)).encode())
    assert [len(row) for row in rows] == [8] * (len(names) + 1)
    assert [row[1].removeprefix("'") for row in rows[1:]] == [name.removeprefix("'") for name in names]


def test_a_sheet_holds_dates_and_numbers(as_alice: PageClient, meter: Meter) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(take(as_alice, meter, "xlsx"))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + Reading.objects.filter(meter=meter).count()
    assert rows[12] == (datetime(2026, 10, 20), "День", "1", 12612, "кВт·ч", "фактическое", "передано жителем", None)


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2", "\0=1", "\x01=2", "\t=3"])
def test_a_sheet_has_no_formula(name: str) -> None:
    file = io.BytesIO()
    write_xlsx([make_reading("1", date(2026, 1, 1), scale=ExportedScale(1, name, name, ""))], file)
    for cell in openpyxl.load_workbook(file).active[2][1:3]:
        assert cell.data_type == "s"
        assert str(cell.value).startswith("'")


# JSON


def test_json_tells_the_meter_and_its_readings(as_alice: PageClient, meter: Meter) -> None:
    told = json.loads(take(as_alice, meter, "json"))
    assert told["meter"]["serial"] == meter.serial
    assert [scale["name"] for scale in told["meter"]["scales"]] == ["День", "Ночь"]
    assert [scale["opening_value"] for scale in told["meter"]["scales"]] == ["0", "0"]
    assert len(told["readings"]) == 24
    assert told["readings"][11] == {
        "taken_on": "2026-10-20",
        "scale": "1",
        "value": "12612",
        "kind": "actual",
        "source": "resident",
        "receipt": "",
    }


def test_json_of_no_readings_is_whole(as_alice: PageClient, meter: Meter) -> None:
    Reading.objects.all().delete()
    assert json.loads(take(as_alice, meter, "json"))["readings"] == []


@pytest.mark.parametrize("file_format", ["csv", "json", "xml"])
def test_a_file_names_nobody(
    as_alice: PageClient, alice: User, alices_flat: Link, meter: Meter, file_format: str
) -> None:
    text = take(as_alice, meter, file_format).decode()
    for secret in (alices_flat.account.number, alices_flat.account.digits, "Фонарная", "Квартира", str(alice.phone)):
        assert secret not in text


# Green Button


def test_the_register_and_the_use_of_each_scale(as_alice: PageClient, meter: Meter) -> None:
    feed = ElementTree.fromstring(take(as_alice, meter, "xml"))
    shown, used = list_values(feed, "День: показания"), list_values(feed, "День: расход")
    assert shown == [12612 - 280 * n for n in reversed(range(12))]
    assert used == [280] * 11
    kinds = [kind.text for kind in feed.iter(f"{ESPI}accumulationBehaviour")]
    assert kinds == ["1", "4", "1", "4"]
    assert {power.text for power in feed.iter(f"{ESPI}powerOfTenMultiplier")} == {"3"}
    assert {unit.text for unit in feed.iter(f"{ESPI}uom")} == {"72"}
