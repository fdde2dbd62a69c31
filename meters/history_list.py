"""The list «История · Показания»: meters of all personal accounts by the resident's groups, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import Link
from meters.history_rows import show_value
from meters.models import Meter
from meters.origins import name_origin
from meters.queries.history import LinkLine, MeterLine
from meters.queries.places import LastReading
from meters.replacements import tell_day


@dataclass(frozen=True)
class ListedReading:
    name: str
    value: Decimal | None
    said: str


@dataclass(frozen=True)
class ListedMeter:
    """`readings` of a meter that stands are drawn as drums; what a removed one showed is said in one line."""

    meter: Meter
    asks: bool
    is_present: bool
    readings: list[ListedReading]
    removed: str


@dataclass(frozen=True)
class ListedLink:
    link: Link
    meters: list[ListedMeter]
    has_info: bool


@dataclass(frozen=True)
class Group:
    name: str
    links: list[ListedLink] = field(default_factory=list)


def describe_groups(lines: Sequence[LinkLine]) -> list[Group]:
    groups: dict[int, Group] = {}
    for line in lines:
        group = groups.setdefault(line.link.group_id, Group(line.link.group.name))
        group.links.append(ListedLink(line.link, [_describe(each) for each in line.meters], line.has_info))
    return list(groups.values())


def list_readings(rows: Sequence[LastReading]) -> list[ListedReading]:
    return [ListedReading(row.name, row.value, tell_said(row)) for row in rows]


def _describe(line: MeterLine) -> ListedMeter:
    place, meter = line.place, line.place.meter
    removed = ""
    if not place.is_present:
        day = place.installation.removed_on
        values = ", ".join(show_value(row.value, meter) for row in line.readings if row.value is not None)
        removed = (f"снят {tell_day(day)}" if day else "снят") + (f", показывал {values}" if values else "")
    return ListedMeter(
        meter=meter,
        asks=place.asks,
        is_present=place.is_present,
        readings=list_readings(line.readings),
        removed=removed,
    )


def tell_said(row: LastReading) -> str:
    """«20 октября 2026, ваше»: when and by whom."""
    if row.taken_on is None:
        return "показаний ещё не было"
    return ", ".join(part for part in (tell_day(row.taken_on), name_origin(row.kind, row.source)) if part)
