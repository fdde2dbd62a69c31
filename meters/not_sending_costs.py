"""What a month without readings costs: by average, by norm, and by the meter as it usually runs. Pure.

Only what bills and readings show is said: the supplier's average and norm are taken from the bills that have them, and
priced by today's tariff by zone and range. Without a line, a use or a price there is no sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from billing.calendar import name_month
from billing.costs import Step, count_cost, show_amount
from meters.not_sending import ESTIMATED, NORM, NotSending

DAYS_A_MONTH = 30
ROUBLE = Decimal(1)
Steps = Mapping[str, Sequence[Step]]
"""The steps of a month by the code of the scale."""


@dataclass(frozen=True)
class BilledUse:
    """A line of a bill: of which month, how it was reckoned, and how much of which scale."""

    period: date
    kind: str
    code: str
    use: Decimal | None
    unit: str


def tell_costs(told: NotSending, billed: Sequence[BilledUse], daily: Mapping[str, Decimal | None], steps: Steps) -> str:
    """Sentences for the notice, or nothing. `daily` is the usual use a day by scale, the transformer ratio in it."""
    sentences = []
    if told.left and (average := _price_newest(billed, ESTIMATED, steps)):
        sentences.append(f"По среднему это {average}.")
    if norm := _price_newest(billed, NORM, steps):
        sentences.append(f"По нормативу — {norm}.")
    if sentences and (usual := _price_usual(daily, steps)):
        sentences.append(f"По счётчику, если расход у вас обычный, — {usual}.")
    return " ".join(sentences)


def _price_newest(billed: Sequence[BilledUse], kind: str, steps: Steps) -> str:
    """The newest month that was reckoned so: «около 1 240 ₽ в месяц (300 кВт·ч, как в счёте за октябрь)»."""
    period = max((line.period for line in billed if line.kind == kind), default=None)
    uses: dict[str, Decimal] = {}
    for line in billed:
        if line.period == period:
            if line.kind != kind or line.use is None:
                return ""
            uses[line.code] = uses.get(line.code, Decimal(0)) + line.use
    amount = _price(uses, steps)
    if period is None or amount is None:
        return ""
    unit = next(line.unit for line in billed if line.period == period)
    use = show_amount(sum(uses.values(), Decimal(0)), unit)
    return f"{_about(amount)} в месяц ({use}, как в счёте за {name_month(period)})"


def _price_usual(daily: Mapping[str, Decimal | None], steps: Steps) -> str:
    uses = {code: use * DAYS_A_MONTH for code, use in daily.items() if use is not None}
    amount = _price(uses, steps) if len(uses) == len(daily) else None
    return "" if amount is None else _about(amount)


def _price(uses: Mapping[str, Decimal], steps: Steps) -> Decimal | None:
    """Roubles by today's tariff; nothing when a scale has no price."""
    costs = [count_cost(use, steps.get(code, ())) for code, use in uses.items()]
    if not costs or any(cost is None for cost in costs):
        return None
    return sum((cost.amount for cost in costs if cost is not None), Decimal(0))


def _about(amount: Decimal) -> str:
    return f"около\u00a0{show_amount(amount.quantize(ROUBLE, ROUND_HALF_UP), '₽')}"
