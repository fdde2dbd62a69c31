"""Use month by month, from actual readings taken on any days (domain.md 3). Values in the unit of the scales.

A month runs between the same days of two calendar months, up to the last reading, as a resident reads it: with
readings on the 20th «ноябрь» is 20 October to 20 November, and equals the difference the resident knows.
"""

from bisect import bisect_left
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.calendar import choose_plural, name_month
from meters.quantities import format_number, format_quantity, round_use

GAP = timedelta(days=45)
"""A replaced meter leaves at most so many unread days before the new one; they do not break the chain of months."""

SMALL = Decimal("0.01")
"""Less than one in a hundred is the same."""

MANIFOLD = Decimal(1)
"""So many times the former use on top of it, and it is told as «в 2 раза» rather than in per cent."""

Point = tuple[date, Decimal]


@dataclass(frozen=True)
class Register:
    """The actual readings of one scale, opening and closing values included. Scales of one `meter` are read together.

    `capacity` is where the register turns over to nought, if known.
    """

    meter: int
    points: Sequence[Point]
    capacity: Decimal | None = None


@dataclass(frozen=True)
class MonthUse:
    """Use from `since` to `until`; `value` is None where the readings leave it open. `month` is its first day."""

    month: date
    since: date
    until: date
    value: Decimal | None


def get_monthly_use(registers: Iterable[Register], *, months: int) -> list[MonthUse]:
    """The last months, oldest first, beginning with the first that is known. Empty while fewer than two readings are.

    Between two readings use is taken as even. Values that later ones contradict are left out.
    """
    lanes: dict[int, list[list[Point]]] = defaultdict(list)
    for register in registers:
        lanes[register.meter].append(_straighten(register.points, register.capacity))
    spans = [
        (max(points[0][0] for points in lane), min(points[-1][0] for points in lane))
        for lane in lanes.values()
        if all(points for points in lane)
    ]
    spans = sorted(span for span in spans if span[0] < span[1])
    if not spans:
        return []
    end = max(until for _, until in spans)
    uses = []
    for ago in range(months):
        since, until = _step_back(end, ago + 1), _step_back(end, ago)
        value = None
        if _covers(spans, since, until):
            value = sum((_use(points, since, until) for lane in lanes.values() for points in lane), Decimal(0))
        uses.append(MonthUse(_name(since, until), since, until, value))
    while uses and uses[-1].value is None:
        uses.pop()
    return uses[::-1]


def _straighten(points: Iterable[Point], capacity: Decimal | None) -> list[Point]:
    """One growing line: one value a day, a turn-over continued upwards, slips that later values contradict dropped."""
    newest_first = sorted(dict(sorted(points)).items(), reverse=True)
    kept: list[Point] = []
    turned = Decimal(0)
    for day, value in newest_first:
        if kept and value - turned > kept[-1][1]:
            if capacity is None or value < capacity * Decimal("0.9") or kept[-1][1] + turned > capacity / 10:
                continue
            turned += capacity
        kept.append((day, value - turned))
    return kept[::-1]


def _use(points: Sequence[Point], since: date, until: date) -> Decimal:
    if not points:
        return Decimal(0)
    first, last = points[0][0], points[-1][0]
    since, until = max(since, first), min(until, last)
    return _value_on(points, until) - _value_on(points, since) if since < until else Decimal(0)


def _value_on(points: Sequence[Point], day: date) -> Decimal:
    """On a straight line between the neighbouring readings."""
    place = bisect_left(points, (day, Decimal("-Infinity")))
    after_on, after = points[place]
    if after_on == day:
        return after
    before_on, before = points[place - 1]
    return before + (after - before) * (day - before_on).days / (after_on - before_on).days


def _covers(spans: Sequence[tuple[date, date]], since: date, until: date) -> bool:
    """Whether the readings of one meter after another reach over the whole month."""
    reached = since
    for first, last in spans:
        starts_late = first > reached and (first - reached > GAP or reached == since)
        if last > reached and not starts_late:
            reached = last
    return reached >= until


def _step_back(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def _name(since: date, until: date) -> date:
    """The calendar month that most of the days are in."""
    return (since + (until - since) / 2).replace(day=1)


def tell_month(use: MonthUse, year_ago: MonthUse | None, unit: str, places: int = 0) -> str:
    """«ноябрь: 394 кВт·ч, на 8 % меньше, чем год назад»; without a known year ago the month alone."""
    if use.value is None:
        return ""
    text = f"{name_month(use.month)}: {format_quantity(round_use(use.value, places), unit)}"
    before = year_ago.value if year_ago else None
    if before is None:
        return text
    if not before:
        return f"{text}, а год назад расхода не было" if use.value else f"{text}, как и год назад"
    share = (use.value - before) / before
    if abs(share) < SMALL:
        return f"{text}, столько же, сколько год назад"
    if share >= MANIFOLD:
        return f"{text}, в {_tell_times(use.value / before)} больше, чем год назад"
    side = "больше" if share > 0 else "меньше"
    return f"{text}, на {abs(share) * 100:.0f}\N{NO-BREAK SPACE}% {side}, чем год назад"


def _tell_times(ratio: Decimal) -> str:
    """«2,5 раза», «4 раза», «15 раз»."""
    rounded = ratio.quantize(Decimal("0.1") if ratio < 10 else Decimal(1))
    whole = rounded == rounded.to_integral_value()
    return f"{format_number(rounded)} {choose_plural(int(rounded), 'раз', 'раза', 'раз') if whole else 'раза'}"
