"""«Расход по месяцам»: a chart and what it says, from a meter and those that stood in its place before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.calendar import name_month
from meters.models import Reading, Scale
from meters.monthly_use import MonthUse, Register, get_monthly_use, tell_month
from meters.plausibility import looks_like_total
from meters.quantities import format_number, round_use
from meters.queries.places import Place
from meters.use_summary import YEAR, Fact, Zone, find_year_ago, sum_up_use

MONTHS = 13
"""The last month and the same month a year ago both stand in the chart."""

KNOWN_MONTHS = 25
"""So far back the readings are looked at: each month of the chart has one a year before."""

LONGEST_START = timedelta(days=92)
"""The first reading comes within so many days of the installation, or earlier readings are not at hand."""


@dataclass(frozen=True)
class UseChart:
    """What `_bars.html` draws."""

    title: str
    unit: str
    sentence: str
    bars: list[dict[str, object]]
    facts: list[Fact]


def draw_use(
    places: Sequence[Place],
    scales_by_meter: dict[int, list[Scale]],
    readings: Sequence[Reading],
    prices: Mapping[str, Decimal],
) -> UseChart | None:
    """Use of the last months, all zones together; None while it cannot be known. The meter itself comes first.

    `prices`: roubles a unit, by the code of the scale.
    """
    unit = next((scale.unit for scale in scales_by_meter.get(places[0].meter.pk, [])), "")
    values: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for reading in readings:
        values[reading.scale_id].append((reading.taken_on, reading.value))
    registers: list[Register] = []
    by_name: dict[str, list[Register]] = defaultdict(list)
    codes: dict[str, str] = {}
    for place in places:
        scales = scales_by_meter.get(place.meter.pk, [])
        names = [scale.name for scale in scales]
        zones = [scale for scale in scales if scale.unit == unit and not looks_like_total(scale.name, names)]
        for scale in zones:
            register = _register(place, scale, values[scale.pk])
            registers.append(register)
            by_name[scale.name].append(register)
            codes.setdefault(scale.name, scale.code)
    uses = get_monthly_use(registers, months=KNOWN_MONTHS)
    if not uses:
        return None
    last, places_shown = uses[-1], places[0].meter.digits_right or 0
    before = find_year_ago(uses)
    year_ago = next((use for use in uses[:-1] if use.month == last.month.replace(year=last.month.year - 1)), None)
    zones_of_year = [
        Zone(name, get_monthly_use(own, months=YEAR), prices.get(codes[name])) for name, own in by_name.items()
    ]
    return UseChart(
        title="Расход по месяцам",
        unit=unit,
        sentence=tell_month(last, year_ago, unit, places_shown),
        bars=[_bar(use, before.get(use), places_shown, is_last=use is last) for use in uses[-MONTHS:]],
        facts=sum_up_use(uses, zones_of_year, unit=unit, places=places_shown),
    )


def _register(place: Place, scale: Scale, values: Sequence[tuple[date, Decimal]]) -> Register:
    """The readings within the days it stood here, between its opening and closing values."""
    since, until = place.seen_from or date.min, place.seen_until or date.max
    points = [(day, value) for day, value in values if since <= day <= until]
    installed_on, removed_on = place.installation.installed_on, place.installation.removed_on
    first = points[0] if points else None
    if installed_on and scale.opening_value is not None and (first is None or _fits_before(installed_on, scale, first)):
        points.insert(0, (installed_on, scale.opening_value))
    if removed_on and scale.closing_value is not None:
        points.append((removed_on, scale.closing_value))
    capacity = Decimal(10) ** place.meter.digits_left if place.meter.digits_left else None
    return Register(place.meter.pk, points, capacity)


def _fits_before(installed_on: date, scale: Scale, first: tuple[date, Decimal]) -> bool:
    """Whether the opening value is the one just before the first reading at hand, with no years left out between."""
    opening = scale.opening_value
    return opening is not None and opening <= first[1] and timedelta(0) < first[0] - installed_on <= LONGEST_START


def _bar(use: MonthUse, before: Decimal | None, places: int, *, is_last: bool) -> dict[str, object]:
    month = name_month(use.month)
    known = use.value is not None
    return {
        "label": f"{month} {use.month.year}",
        "short": month[0],
        "value": round_use(use.value, places) if use.value is not None else Decimal(0),
        "text": format_number(round_use(use.value, places)) if use.value is not None else "неизвестно",
        "current": is_last and known,
        "before": None if before is None else round_use(before, places),
    }
