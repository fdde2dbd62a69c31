"""Whether the values on a bill are those the portal holds (domain.md 1.3 and 3). Values in the unit of their scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.calendar import choose_plural, name_day, name_month
from meters.quantities import format_quantity

ACTUAL = "actual"


class Outcome(StrEnum):
    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COUNTED = "not_counted"
    """The supplier billed by average or norm, although a real reading was there in time."""
    BY_AVERAGE = "by_average"
    """The supplier billed by average or norm and no real reading was there to take."""
    ONLY_ON_BILL = "only_on_bill"
    ONLY_HERE = "only_here"


WRONG = (Outcome.DIFFERENT, Outcome.NOT_COUNTED, Outcome.ONLY_ON_BILL)


@dataclass(frozen=True)
class BilledValue:
    """The current value of one scale on a bill and its kind (domain.md 2)."""

    value: Decimal
    kind: str


@dataclass(frozen=True)
class HeldValue:
    """A reading of one scale in the portal."""

    taken_on: date
    value: Decimal
    kind: str


@dataclass(frozen=True)
class BillDays:
    """A reading taken from `counts_from` to `counts_until` enters the bill; `known_until` is the day it was issued."""

    counts_from: date
    counts_until: date
    known_until: date


@dataclass(frozen=True)
class Comparison:
    """One scale: what the bill says, what the portal holds, and whether they agree."""

    outcome: Outcome
    billed: BilledValue | None
    held: HeldValue | None

    @property
    def difference(self) -> Decimal | None:
        """Bill less portal."""
        return None if self.billed is None or self.held is None else self.billed.value - self.held.value

    @property
    def is_wrong(self) -> bool:
        """Worth a word to the supplier."""
        return self.outcome in WRONG


def compare_scale(billed: BilledValue | None, readings: Sequence[HeldValue], days: BillDays) -> Comparison | None:
    """Set a line of the bill beside the readings it was made from; None when neither side knows the scale.

    A value may be read a little later than the cut-off and still have reached the bill: then it is equal, not wrong.
    """
    known = sorted((row for row in readings if row.taken_on <= days.known_until), key=_order, reverse=True)
    in_time = [row for row in known if row.taken_on <= days.counts_until]
    newest = next(iter(in_time or known), None)
    if billed is None:
        return Comparison(Outcome.ONLY_HERE, None, newest) if newest else None
    missed = next((row for row in in_time if row.kind == ACTUAL and row.taken_on >= days.counts_from), None)
    if billed.kind != ACTUAL and missed and missed.value != billed.value:
        return Comparison(Outcome.NOT_COUNTED, billed, missed)
    candidates = [*in_time[:1], *(row for row in known if row.taken_on >= days.counts_from)]
    same = next((row for row in candidates if row.value == billed.value), None)
    if same:
        return Comparison(Outcome.EQUAL, billed, same)
    if billed.kind != ACTUAL:
        return Comparison(Outcome.BY_AVERAGE, billed, newest)
    if newest is None:
        return Comparison(Outcome.ONLY_ON_BILL, billed, None)
    return Comparison(Outcome.DIFFERENT, billed, next((row for row in in_time if row.kind == ACTUAL), newest))


def _order(row: HeldValue) -> tuple[date, bool, Decimal]:
    return row.taken_on, row.kind == ACTUAL, row.value


def tell_comparison(comparison: Comparison, unit: str) -> str:
    """The outcome of one row in words."""
    apart = format_quantity(abs(comparison.difference or Decimal(0)), unit)
    match comparison.outcome:
        case Outcome.EQUAL:
            return "совпадает"
        case Outcome.DIFFERENT:
            return f"отличается на {apart}"
        case Outcome.NOT_COUNTED:
            held_on = name_day(comparison.held.taken_on) if comparison.held else ""
            return f"показание от {held_on} не учтено: счёт по среднему, разница {apart}"
        case Outcome.BY_AVERAGE:
            return "в счёте расчёт, а не показание: сверять не с чем"
        case Outcome.ONLY_ON_BILL:
            return "в кабинете этого показания нет"
        case Outcome.ONLY_HERE:
            return "в счёте этой шкалы нет"


def tell_summary(comparisons: Iterable[Comparison], period: date) -> str:
    """The whole bill in one sentence. `period` is its month."""
    rows = list(comparisons)
    bill = f"счёте за {name_month(period)}"
    wrong = sum(row.is_wrong for row in rows)
    equal = sum(row.outcome is Outcome.EQUAL for row in rows)
    if wrong:
        differ = choose_plural(wrong, "показание расходится", "показания расходятся", "показаний расходится")
        return f"В {bill} {wrong} {differ} с тем, что записано здесь."
    if rows and equal == len(rows):
        return f"В {bill} то же, что и здесь." if equal > 1 else f"В {bill} то же показание, что и здесь."
    if equal:
        return f"Что можно было сверить, в {bill} то же, что и здесь."
    return f"В {bill} показаний нет: он посчитан без них."
