"""What the months say together: average, extremes, this year beside the last, day beside night. Pure: no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.calendar import name_month
from meters.monthly_use import MonthUse
from meters.quantities import NO_BREAK_SPACE, format_number, format_quantity, round_use

YEAR = 12
FEWEST_MONTHS = 3
"""Of fewer months an average or an extreme says nothing."""
CENT = Decimal("0.01")

Fact = tuple[str, str]
"""A label and what stands beside it, both in words."""


@dataclass(frozen=True)
class Zone:
    """One scale: its months, oldest first, and what a unit costs now, roubles, if known."""

    name: str
    uses: Sequence[MonthUse]
    price: Decimal | None = None


def sum_up_use(uses: Sequence[MonthUse], zones: Sequence[Zone], *, unit: str, places: int) -> list[Fact]:
    """Facts about the last twelve months; what cannot be known is left out."""
    known = [(use.month, use.value) for use in uses[-YEAR:] if use.value is not None]
    facts: list[Fact] = []
    if len(known) < FEWEST_MONTHS:
        return facts
    total = sum((value for _, value in known), Decimal(0))

    def tell(value: Decimal) -> str:
        return format_quantity(round_use(value, places), unit)

    facts.append(("В среднем за месяц", tell(total / len(known))))
    most = max(known, key=lambda pair: pair[1])
    least = min(known, key=lambda pair: pair[1])
    if most[1] != least[1]:
        facts.append(("Больше всего", f"{name_month(most[0])} {most[0].year}: {tell(most[1])}"))
        facts.append(("Меньше всего", f"{name_month(least[0])} {least[0].year}: {tell(least[1])}"))
    if len(known) == YEAR:
        facts.append(("За 12 месяцев", tell(total) + _compare_years(uses, total)))
    return facts + _tell_zones(zones, unit)


def find_year_ago(uses: Sequence[MonthUse]) -> Mapping[MonthUse, Decimal]:
    """For each month the use of the same month a year before, where both are known."""
    by_month = {use.month: use.value for use in uses}
    found = {}
    for use in uses:
        before = by_month.get(use.month.replace(year=use.month.year - 1))
        if use.value is not None and before is not None:
            found[use] = before
    return found


def _compare_years(uses: Sequence[MonthUse], total: Decimal) -> str:
    """«, на 8 % меньше, чем за прежние 12»; nothing while the year before is not whole."""
    before = [use.value for use in uses[-2 * YEAR : -YEAR]]
    if len(before) < YEAR or any(value is None for value in before):
        return ""
    former = sum((value for value in before if value is not None), Decimal(0))
    if not former:
        return ""
    share = (total - former) / former
    if abs(share) < CENT:
        return ", столько же, сколько за прежние 12"
    side = "больше" if share > 0 else "меньше"
    return f", на {abs(share) * 100:.0f}{NO_BREAK_SPACE}% {side}, чем за прежние 12"


def _tell_zones(zones: Sequence[Zone], unit: str) -> list[Fact]:
    """The share of the cheapest zone, and what it saved at today's prices against the dearest."""
    sums = {
        zone.name: sum((use.value for use in zone.uses[-YEAR:] if use.value is not None), Decimal(0)) for zone in zones
    }
    total = sum(sums.values(), Decimal(0))
    if len(zones) < 2 or not total:
        return []
    shares = [f"{zone.name.lower()} {sums[zone.name] / total * 100:.0f}{NO_BREAK_SPACE}%" for zone in zones]
    facts = [("Доли зон за год", ", ".join(shares))]
    priced = [(zone.price, zone) for zone in zones if zone.price is not None]
    if len(priced) == len(zones):
        dearest = max(price for price, _ in priced)
        saved = sum(((dearest - price) * sums[zone.name] for price, zone in priced), Decimal(0))
        if saved >= 1:
            roubles = f"{format_number(saved.quantize(Decimal(1)))}{NO_BREAK_SPACE}₽"
            facts.append(("Сберегли дешёвые часы", f"около {roubles} за год по нынешним ценам"))
    return facts
