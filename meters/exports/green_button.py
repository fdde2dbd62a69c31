"""Green Button: NAESB ESPI 4.0 in an Atom feed.

Each scale is two MeterReadings: what the register showed (bulkQuantity), and the use between actual readings
(deltaData, times the transformer ratio). Values are whole numbers with a power of ten, so none is rounded. The feed
names the meter by its serial, and nothing else by anything: no personal account, no address, no resident.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from meters.exports.atom import ESPI, begin_feed, end_feed, write_element, write_entry
from meters.exports.quantities import SERVICES, Service, choose_multiplier, count_in, find_unit
from meters.exports.rows import ExportedMeter, ExportedReading, ExportedScale, Rows

NAMESPACE = UUID("6f1c3a52-6f0e-4c1c-9a39-0b8b1f4b9a51")
"""Entries keep their ids from one export to the next."""

BULK_QUANTITY, DELTA_DATA = 1, 4
VALID, ESTIMATED = 0, 8
FORWARD = 1
NEARLY_FULL, NEARLY_EMPTY = Decimal("0.9"), Decimal("0.1")


@dataclass(frozen=True)
class _Series:
    """One MeterReading: a scale's register or its use."""

    scale: ExportedScale
    name: str
    title: str
    accumulation: int
    multiplier: int


@dataclass(frozen=True)
class _Interval:
    """From a day to a day; the same day for what a register showed."""

    since: date
    until: date
    value: Decimal
    quality: int


def write_green_button(meter: ExportedMeter, rows: Rows, *, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    """The feed piece by piece, a year of a scale at a time. `at` is when it is written, `zone` the supplier's time."""
    feed = _Feed(meter, at, zone)
    yield begin_feed(feed.make_id("feed"), f"Показания счётчика № {meter.serial}", at)
    yield from feed.write_heads()
    for _, of_scale in groupby(rows(), key=lambda row: row.scale.pk):
        last: ExportedReading | None = None
        for year, of_year in groupby(of_scale, key=lambda row: row.taken_on.year):
            found = list(of_year)
            uses, last = _count_uses(meter, found, last)
            yield from feed.write_blocks(found[0].scale, year, found, uses)
    yield end_feed()


def _count_uses(
    meter: ExportedMeter, rows: Sequence[ExportedReading], last: ExportedReading | None
) -> tuple[list[_Interval], ExportedReading | None]:
    """Use between actual readings, and the last of them. A fall that is no passing through nought is left out."""
    uses = []
    for row in rows:
        if row.kind != "actual" or (last is not None and last.taken_on == row.taken_on):
            continue
        if last is not None:
            use = row.value - last.value
            if use < 0 and meter.capacity and _passed_nought(last.value, row.value, meter.capacity):
                use += meter.capacity
            if use >= 0:
                uses.append(_Interval(last.taken_on, row.taken_on, use * meter.ratio, VALID))
        last = row
    return uses, last


def _passed_nought(before: Decimal, after: Decimal, capacity: Decimal) -> bool:
    return before >= capacity * NEARLY_FULL and after <= capacity * NEARLY_EMPTY


class _Feed:
    """The entries of one meter's feed."""

    def __init__(self, meter: ExportedMeter, at: datetime, zone: ZoneInfo) -> None:
        self.meter, self.at, self.zone = meter, at, zone
        self.service = SERVICES.get(meter.service, Service(kind=0, commodity=0))
        self.base = f"RetailCustomer/1/UsagePoint/{meter.pk}"

    def make_id(self, name: str) -> UUID:
        return uuid5(NAMESPACE, f"{self.meter.pk}/{name}")

    def write_heads(self) -> Iterator[str]:
        """The usage point, its time, and for each series its reading type."""
        offset = datetime.combine(self.at.date(), time(), self.zone).utcoffset()
        seconds = int(offset.total_seconds()) if offset else 0
        series = [each for scale in self.meter.scales for each in self.list_series(scale)]
        category = write_element("ServiceCategory", write_element("kind", self.service.kind))
        related = ["LocalTimeParameters/1", f"{self.base}/MeterReading"]
        yield self._write("point", self.base, "Точка учёта", "UsagePoint", category, related=related)
        clock: list[tuple[str, str | int]] = [
            ("dstEndRule", "00000000"),
            ("dstOffset", 0),
            ("dstStartRule", "00000000"),
            ("tzOffset", seconds),
        ]
        body = "".join(write_element(name, value) for name, value in clock)
        yield self._write("time", "LocalTimeParameters/1", "Местное время", "LocalTimeParameters", body)
        for each in series:
            here, kind = self._path(each), f"ReadingType/{each.name}"
            related = [f"{here}/IntervalBlock", kind]
            yield self._write(f"reading/{each.name}", here, each.title, "MeterReading", "", related=related)
            yield self._write(f"type/{each.name}", kind, each.title, "ReadingType", self._describe(each))

    def list_series(self, scale: ExportedScale) -> tuple[_Series, _Series]:
        unit = find_unit(scale.unit)
        places = self.meter.places
        finer = 0 if self.meter.ratio == int(self.meter.ratio) else 2
        register, use = choose_multiplier(unit, places), choose_multiplier(unit, places + finer)
        return (
            _Series(scale, f"{scale.pk}-register", f"{scale.name}: показания", BULK_QUANTITY, register),
            _Series(scale, f"{scale.pk}-use", f"{scale.name}: расход", DELTA_DATA, use),
        )

    def write_blocks(
        self, scale: ExportedScale, year: int, rows: Sequence[ExportedReading], uses: Sequence[_Interval]
    ) -> Iterator[str]:
        """A year of a scale: what it showed, and the use that ended in that year."""
        shown = [
            _Interval(row.taken_on, row.taken_on, row.value, VALID if row.kind == "actual" else ESTIMATED)
            for row in rows
        ]
        for series, intervals in zip(self.list_series(scale), (shown, uses), strict=True):
            if intervals:
                body = write_element("interval", self._span(intervals[0].since, intervals[-1].until))
                body += "".join(self._write_interval(series, each) for each in intervals)
                here = f"{self._path(series)}/IntervalBlock/{year}"
                yield self._write(f"block/{series.name}/{year}", here, f"{series.title}, {year}", "IntervalBlock", body)

    def _write_interval(self, series: _Series, interval: _Interval) -> str:
        number = count_in(interval.value, find_unit(series.scale.unit), series.multiplier)
        body = write_element("ReadingQuality", write_element("quality", interval.quality))
        body += write_element("timePeriod", self._span(interval.since, interval.until))
        return write_element("IntervalReading", body + write_element("value", number))

    def _describe(self, series: _Series) -> str:
        unit = find_unit(series.scale.unit)
        parts: list[tuple[str, int | None]] = [
            ("accumulationBehaviour", series.accumulation),
            ("commodity", self.service.commodity),
            ("flowDirection", FORWARD),
            ("kind", unit.kind),
            ("powerOfTenMultiplier", series.multiplier),
            ("uom", unit.symbol),
        ]
        return "".join(write_element(name, value) for name, value in parts if value is not None)

    def _span(self, since: date, until: date) -> str:
        """Midnight to midnight in local time: seconds of length, then the beginning in seconds since 1970 UTC."""
        start, end = (int(datetime.combine(day, time(), self.zone).timestamp()) for day in (since, until))
        return write_element("duration", end - start) + write_element("start", start)

    def _path(self, series: _Series) -> str:
        return f"{self.base}/MeterReading/{series.name}"

    def _write(self, name: str, path: str, title: str, tag: str, body: str, *, related: Sequence[str] = ()) -> str:
        content = write_element(tag, body, xmlns=ESPI)
        return write_entry(self.make_id(name), path, title, self.at, content, related=related)
