"""Green Button: what stands in the feed of a meter, and that it is valid by the standard."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from meters.exports.green_button import write_green_button
from meters.exports.quantities import choose_multiplier, count_in, find_unit
from meters.exports.rows import ExportedMeter, ExportedReading, ExportedScale
from tests.meters.exported import make_meter, make_reading

SCHEMA = Path(__file__).resolve().parents[3] / "shared/espi/espi.xsd"
ATOM, ESPI = "{http://www.w3.org/2005/Atom}", "{http://naesb.org/espi}"


def write_feed(meter: ExportedMeter, rows: list[ExportedReading]) -> ElementTree.Element:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    text = "".join(write_green_button(meter, lambda: iter(rows), at=at, zone=ZoneInfo("Europe/Moscow")))
    return ElementTree.fromstring(text)


def list_values(feed: ElementTree.Element, title: str) -> list[int]:
    blocks = [entry for entry in feed.iter(f"{ATOM}entry") if (entry.findtext(f"{ATOM}title") or "").startswith(title)]
    return [int(value.text or "") for entry in blocks for value in entry.iter(f"{ESPI}value")]


def test_ids_are_unique_and_stay() -> None:
    rows = [make_reading("5", date(2025, 12, 20)), make_reading("9", date(2026, 1, 20))]
    first, second = ([node.text for node in write_feed(make_meter(), rows).iter(f"{ATOM}id")] for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)


def test_use_lasts_from_reading_to_reading() -> None:
    rows = [make_reading("100", date(2025, 12, 20)), make_reading("150", date(2026, 1, 20))]
    feed = write_feed(make_meter(ratio=Decimal(20)), rows)
    assert list_values(feed, "День: расход") == [1000]
    block = next(e for e in feed.iter(f"{ATOM}entry") if e.findtext(f"{ATOM}title") == "День: расход, 2026")
    period = next(block.iter(f"{ESPI}timePeriod"))
    assert period.findtext(f"{ESPI}duration") == str(31 * 86400)
    moscow = datetime(2025, 12, 20, tzinfo=ZoneInfo("Europe/Moscow"))
    assert period.findtext(f"{ESPI}start") == str(int(moscow.timestamp()))


def test_an_estimate_says_so_and_is_no_use() -> None:
    rows = [
        make_reading("100", date(2026, 1, 20)),
        make_reading("180", date(2026, 2, 20), kind="estimated"),
        make_reading("150", date(2026, 3, 20)),
    ]
    feed = write_feed(make_meter(), rows)
    assert [node.text for node in feed.iter(f"{ESPI}quality")] == ["0", "8", "0", "0"]
    assert list_values(feed, "День: расход") == [50]


def test_the_drum_passes_nought_and_a_fall_is_left_out() -> None:
    rows = [
        make_reading("999950", date(2026, 1, 20)),
        make_reading("000050", date(2026, 2, 20)),
        make_reading("000030", date(2026, 3, 20)),
    ]
    assert list_values(write_feed(make_meter(), rows), "День: расход") == [100]


@pytest.mark.parametrize(
    ("unit", "value", "places", "power", "number"),
    [
        ("кВт·ч", "12612", 0, 3, 12612),
        ("кВт*ч", "12612.5", 1, 2, 126125),
        ("кВт·ч", "0.1234", 4, -1, 1234),
        ("м³", "47.120", 3, -3, 47120),
        ("куб.м", "47.1204", 4, -6, 47120400),
        ("Гкал", "2", 0, 3, 8373600),
        ("шт.", "5", 0, 0, 5),
    ],
)
def test_no_digit_is_lost(unit: str, value: str, places: int, power: int, number: int) -> None:
    found = find_unit(unit)
    assert choose_multiplier(found, places) == power
    assert count_in(Decimal(value), found, power) == number


def test_names_are_text_and_not_markup() -> None:
    scale = ExportedScale(7, "1", "<b>&\x00\"'", "кВт·ч")
    feed = write_feed(make_meter(serial="<&>\x07", scales=(scale,)), [make_reading("1", date(2026, 1, 1), scale=scale)])
    assert feed.findtext(f"{ATOM}title") == "Показания счётчика № <&>"
    assert any(title.text == "<b>&\"': показания" for title in feed.iter(f"{ATOM}title"))


@pytest.mark.parametrize("service", ["electricity", "gas", "cold_water", "hot_water", "heat", "another"])
def test_every_content_is_valid_by_the_standard(service: str) -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="no validator here: xmlschema is not installed")
    if not SCHEMA.exists():
        pytest.skip("no schema here: espi.xsd of the Green Button Alliance is not beside the project")
    # The schema imports one of Atom that is not there; nothing of it is used in the contents.
    text = re.sub("<xs:import[^>]*/>", "", SCHEMA.read_text(encoding="utf-8"))
    schema = xmlschema.XMLSchema(text)
    rows = [
        make_reading("100.5", date(2025, 12, 20)),
        make_reading("180", date(2026, 2, 20), kind="estimated"),
        make_reading("150.125", date(2026, 3, 20)),
    ]
    feed = write_feed(make_meter(service=service, places=3, ratio=Decimal("1.5")), rows)
    contents = [content[0] for content in feed.iter(f"{ATOM}content")]
    assert {content.tag.removeprefix(ESPI) for content in contents} == {
        "UsagePoint",
        "LocalTimeParameters",
        "MeterReading",
        "ReadingType",
        "IntervalBlock",
    }
    for content in contents:
        schema.validate(content)


def test_a_feed_is_an_atom_feed() -> None:
    feed = write_feed(make_meter(), [make_reading("1", date(2026, 1, 1))])
    assert feed.tag == f"{ATOM}feed"
    for part in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
