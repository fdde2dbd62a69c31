"""What a use costs by the supplier's prices, range by range. Pure: decimals in, decimals and words out.

A range counts the use of its own scale within a month, as the table of tariffs has it (registry.md: service, code,
range). Each range is rounded to kopecks by itself, as it is a line of its own on the bill.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

KOPECK = Decimal("0.01")
NBSP = "\N{NO-BREAK SPACE}"
ORDINALS = ("в первом", "во втором", "в третьем", "в четвёртом", "в пятом")
Zone = tuple[int, str, str]
"""Supplier id, service, code of the scale."""


class Priced(Protocol):
    """A row of the table of tariffs."""

    supplier_id: int
    service: str
    code: str
    range_from: Decimal
    price: Decimal


@dataclass(frozen=True)
class Step:
    """Up to so many units a month (None: without end) a unit costs so many roubles."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True)
class Cost:
    """Roubles for a use, and the place inside the month's ranges: `number` counts from 1, `left` is what is still
    free in that range (None in the last one)."""

    amount: Decimal
    number: int
    price: Decimal
    left: Decimal | None
    begins: Decimal


def index_steps(tariffs: Iterable[Priced]) -> dict[Zone, tuple[Step, ...]]:
    """The steps of each zone out of the tariffs in force on a day."""
    zones: dict[Zone, list[Priced]] = {}
    for tariff in tariffs:
        zones.setdefault((tariff.supplier_id, tariff.service, tariff.code), []).append(tariff)
    return {zone: _make_steps(rows) for zone, rows in zones.items()}


def _make_steps(rows: Sequence[Priced]) -> tuple[Step, ...]:
    """A range ends where the next begins; the last has no end, whatever its row says: use beyond it has a price too."""
    ordered = sorted(rows, key=lambda row: row.range_from)
    ends = [*(row.range_from for row in ordered[1:]), None]
    return tuple(Step(end, row.price) for row, end in zip(ordered, ends, strict=True))


def stretch(steps: Sequence[Step], months: int) -> tuple[Step, ...]:
    """The ranges of several months together: use that no month claims alone."""
    return tuple(Step(None if step.up_to is None else step.up_to * months, step.price) for step in steps)


def count_cost(use: Decimal, steps: Sequence[Step]) -> Cost | None:
    """Nothing without prices, and nothing for less than no use."""
    if not steps or use < 0:
        return None
    amount, begins = Decimal(0), Decimal(0)
    for number, step in enumerate(steps, 1):
        ends = use if step.up_to is None else min(use, step.up_to)
        amount += ((ends - begins) * step.price).quantize(KOPECK, ROUND_HALF_UP)
        if step.up_to is None or use < step.up_to:
            left = None if step.up_to is None else step.up_to - use
            return Cost(amount, number, step.price, left, begins)
        begins = step.up_to
    raise AssertionError("the last range has no end")


def tell_place(cost: Cost, steps: Sequence[Step], unit: str) -> str:
    """«Вы в первом диапазоне: ещё 214 кВт·ч по 7,20 ₽»; nothing where there is one price for everything."""
    if len(steps) < 2:
        return ""
    name = ORDINALS[cost.number - 1] if cost.number <= len(ORDINALS) else f"в {cost.number}-м"
    price = show_price(cost.price)
    if cost.left is None:
        return f"Вы {name} диапазоне: больше {show_amount(cost.begins, unit)} — по {price}"
    return f"Вы {name} диапазоне: ещё {show_amount(cost.left, unit)} по {price}"


def show_amount(value: Decimal, unit: str) -> str:
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", NBSP)
    return (f"{grouped},{fraction}" if fraction else grouped) + (f"{NBSP}{unit}" if unit else "")


def show_price(price: Decimal) -> str:
    """Kopecks, and as many places more as the price really has."""
    whole, _, fraction = f"{price:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    return f"{int(whole):,}".replace(",", NBSP) + f",{fraction}{NBSP}₽"


def write_steps(steps: Sequence[Step]) -> str:
    """«300:7.2;:9.1», as the page gives them to its script."""
    return ";".join(f"{_plain(step.up_to)}:{_plain(step.price)}" for step in steps)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
