"""What the use of a meter costs: on the form while one types, and on the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing import queries as billing
from billing.calendar import ReadingCalendar
from billing.costs import Step, Zone, count_cost, index_steps, stretch, tell_place
from billing.models import PersonalAccount
from meters.models import Submission

Prices = Mapping[Zone, tuple[Step, ...]]


@dataclass(frozen=True)
class PricedUse:
    """Roubles, and the place inside the month's ranges in words (empty where there is one price)."""

    amount: Decimal
    place: str


def get_prices(supplier_ids: Sequence[int], on: date) -> Prices:
    """The prices in force on a day. One statement."""
    return index_steps(billing.get_tariffs(supplier_ids, on))


def choose_steps(
    prices: Prices, account: PersonalAccount, code: str, calendar: ReadingCalendar, since: date | None, on: date
) -> tuple[Step, ...]:
    """The steps for a scale; use of several bills has the ranges of as many months."""
    steps = prices.get((account.supplier_id, account.service, code), ())
    return stretch(steps, _count_bills(calendar, since, on)) if steps else ()


def get_costs(submissions: Sequence[Submission]) -> dict[int, PricedUse]:
    """What each value's use costs by the prices of the day it was read, by value id. Values, meters, suppliers must be
    loaded. One statement for each day."""
    costs: dict[int, PricedUse] = {}
    for day in {row.taken_on for row in submissions}:
        rows = [row for row in submissions if row.taken_on == day]
        prices = get_prices([row.account.supplier_id for row in rows], day)
        for row in rows:
            costs |= _price_submission(row, prices)
    return costs


def _price_submission(submission: Submission, prices: Prices) -> dict[int, PricedUse]:
    account, meter = submission.account, submission.meter
    calendar, on = account.supplier.reading_calendar, submission.taken_on
    costs = {}
    for value in submission.values.all():
        if value.use is None:
            continue
        steps = choose_steps(prices, account, value.scale.code, calendar, value.previous_on, on)
        cost = count_cost(value.use * meter.ratio, steps)
        if cost is not None:
            costs[value.pk] = PricedUse(cost.amount, tell_place(cost, steps, value.scale.unit))
    return costs


def _count_bills(calendar: ReadingCalendar, since: date | None, on: date) -> int:
    """How many bills a use since that day falls on, this one included."""
    if since is None:
        return 1
    this, last = calendar.billing_period(on), calendar.billing_period(since)
    return max(1, (this.year - last.year) * 12 + this.month - last.month)
