"""What a resident may have meant when the typed values do not fit: zones swapped, another meter, a lost point."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations, permutations

from meters.plausibility.expectations import Expectation, expect
from meters.plausibility.facts import Calendar, MeterFacts, OtherMeter, ScaleFacts, Thresholds
from meters.plausibility.findings import Finding, note
from meters.plausibility.values import drop_last_digits, write

Values = Mapping[str, Decimal]
Expectations = Mapping[str, Expectation]
MOST_PERMUTED = 5


def find_swapped_zones(values: Values, expectations: Expectations) -> Finding | None:
    """zones_swapped: as typed the values do not fit, put at other scales they all do; the nearest order is offered."""
    codes = list(values)
    if len(codes) < 2 or not any(expectations[code].misfits(values[code]) for code in codes):
        return None
    fitting = [
        order
        for order in _exchanges(codes)
        if all(expectations[code].fits(values[source]) for code, source in zip(codes, order, strict=True))
    ]
    if not fitting:
        return None
    best = min(fitting, key=lambda order: _distance(codes, order, values, expectations))
    suggestion = {
        code: write(values[source]) for code, source in zip(codes, best, strict=True) if values[code] != values[source]
    }
    figures = {"scales": ", ".join(suggestion)}
    for code in suggestion:
        figures |= {f"name:{code}": expectations[code].scale.name, f"value:{code}": write(values[code])}
    lower = any(expectations[code].is_lower(values[code]) for code in codes)
    return note("zones_swapped", "", figures, suggestion, review=lower)


def find_other_meter(
    values: Values,
    expectations: Expectations,
    others: Sequence[OtherMeter],
    calendar: Calendar,
    thresholds: Thresholds,
) -> Finding | None:
    """other_meter: here a value is lower or very much higher than it can be, on another meter all of them fit."""
    lower = any(item.is_lower(values[code]) for code, item in expectations.items())
    too_high = any(
        item.very_high is not None and (item.count_use(values[code]) or 0) > item.very_high
        for code, item in expectations.items()
    )
    if not (lower or too_high):
        return None
    for other in others:
        pairs = _pair_scales(expectations, other)
        if pairs and all(
            expect(scale, taken_on=calendar.taken_on, thresholds=thresholds).fits(values[code])
            for code, scale in pairs.items()
        ):
            figures = {"label": other.label}
            if other.key:
                figures |= {"meter": other.key} | {f"to:{code}": scale.code for code, scale in pairs.items()}
            return note("other_meter", "", figures, review=lower)
    return None


def find_lost_point(item: Expectation, value: Decimal, thresholds: Thresholds) -> Decimal | None:
    """lost_point: some 10, 100 or 1000 times the expected value, and without its last digits it fits.

    A thousand is the whole fraction of a water meter typed without its comma.
    """
    base = item.scale.base
    if base is None:
        return None
    expected = base + (item.usual or 0)
    for count in (1, 2, 3):
        candidate = drop_last_digits(value, count, item.digits_right)
        times = Decimal(10) ** count
        about = thresholds.lost_point_about
        if item.fits(candidate) and expected * times <= value * about and value <= expected * times * about:
            return candidate
    return None


def find_extra_digits(meter: MeterFacts, item: Expectation, whole: Decimal) -> Decimal | None:
    """For too_many_digits: what was meant, when without its last digits the number is one that fits."""
    for count in (1, 2, 3):
        candidate = drop_last_digits(whole, count, meter.digits_right)
        if meter.digits_left is not None and candidate < Decimal(10) ** meter.digits_left and item.fits(candidate):
            return candidate
    return None


def find_turn_over(meter: MeterFacts, item: Expectation, value: Decimal, thresholds: Thresholds) -> Decimal | None:
    """rollover: the use if the register passed its end and began again at nought; None when that is not plausible."""
    base = item.scale.base
    if meter.digits_left is None or base is None or value >= base:
        return None
    capacity = Decimal(10) ** meter.digits_left
    if base < capacity * thresholds.rollover_from or value > capacity * thresholds.rollover_to:
        return None
    use = value + capacity - base
    return use if item.is_usual(use) else None


def _exchanges(codes: Sequence[str]) -> list[tuple[str, ...]]:
    """Every other order of a few scales; of many, only those that exchange two."""
    if len(codes) <= MOST_PERMUTED:
        return [order for order in permutations(codes) if order != tuple(codes)]
    exchanged = []
    for one, other in combinations(range(len(codes)), 2):
        order = list(codes)
        order[one], order[other] = order[other], order[one]
        exchanged.append(tuple(order))
    return exchanged


def _distance(
    codes: Sequence[str], order: Sequence[str], values: Values, expectations: Expectations
) -> tuple[int, Decimal]:
    """How little an order changes first, then how near it comes to the usual use."""
    moved = sum(code != source for code, source in zip(codes, order, strict=True))
    off = Decimal(0)
    for code, source in zip(codes, order, strict=True):
        item = expectations[code]
        off += abs(values[source] - (item.scale.base or 0) - (item.usual or 0))
    return moved, off


def _pair_scales(expectations: Expectations, other: OtherMeter) -> dict[str, ScaleFacts]:
    """Which scale of the other meter answers to which here: by code, or the only one to the only one."""
    theirs = {scale.code: scale for scale in other.scales}
    if theirs.keys() == expectations.keys():
        return theirs
    if len(theirs) == len(expectations) == 1:
        return dict(zip(expectations, theirs.values(), strict=True))
    return {}
