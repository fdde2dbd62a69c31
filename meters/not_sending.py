"""What happens if nothing is sent: months billed by average, and when the norm begins (domain.md 3). Pure.

Without readings the supplier bills by the average use for at most three periods in a row, then by norm.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from billing.calendar import choose_plural, name_month, next_month

MOST_BY_AVERAGE = 3
"""Periods in a row that may be billed by average."""

SEEN_MONTHS = MOST_BY_AVERAGE + 3
"""How many months of bills back from today are wanted to tell."""

ACTUAL, ESTIMATED, NORM = "actual", "estimated", "norm"


@dataclass(frozen=True)
class NotSending:
    """`months` were billed by average in a row; `left` more may be before the bill of `norm_from`."""

    months: tuple[date, ...]
    left: int
    norm_from: date
    is_norm: bool
    title: str
    text: str
    costs: str = ""
    """What that comes to in money, where it can be told (`meters.not_sending_costs`)."""


def foresee_not_sending(
    billed: Mapping[date, Collection[str]], *, bill: date, actual_on: date | None
) -> NotSending | None:
    """What the bills so far mean for the one a reading would enter now; None when there is nothing true to say.

    `billed` is the kinds of readings each monthly bill has of one meter, `bill` the month whose bill a reading enters,
    `actual_on` the last actual reading. Old bills, and a reading taken since, say nothing of the months to come.
    """
    known = {period: _choose_kind(kinds) for period, kinds in billed.items() if _choose_kind(kinds)}
    newest = max((period for period in known if period < bill), default=None)
    if newest is None or next_month(next_month(newest)) < bill or known[newest] == ACTUAL:
        return None
    if actual_on is not None and actual_on >= next_month(newest):
        return None
    if known[newest] == NORM:
        return _tell_norm(newest, bill)
    months = [newest]
    while known.get(_month_before(months[0])) == ESTIMATED:
        months.insert(0, _month_before(months[0]))
    return _tell_average(tuple(months), bill)


def collect_kinds(lines: Iterable[tuple[date, str]]) -> dict[date, set[str]]:
    """Kinds by the month of the bill, out of the lines of one meter."""
    billed: dict[date, set[str]] = {}
    for period, kind in lines:
        billed.setdefault(period, set()).add(kind)
    return billed


def _choose_kind(kinds: Collection[str]) -> str:
    """One zone read is a month read; of reckoned ones the norm is the heavier."""
    return next((kind for kind in (ACTUAL, NORM, ESTIMATED) if kind in kinds), "")


def _tell_norm(newest: date, bill: date) -> NotSending:
    return NotSending(
        months=(),
        left=0,
        norm_from=bill,
        is_norm=True,
        title=f"В счёте за {name_month(newest)} — норматив.",
        text="Поставщик считает без показаний. Передайте цифры со счётчика, и следующий счёт будет по ним.",
    )


def _tell_average(months: tuple[date, ...], bill: date) -> NotSending:
    norm_from = months[-1]
    for _ in range(max(1, MOST_BY_AVERAGE + 1 - len(months))):
        norm_from = next_month(norm_from)
    norm_from = max(norm_from, bill)
    left, period = 0, bill
    while period < norm_from:
        left, period = left + 1, next_month(period)
    count, names = len(months), ", ".join(name_month(month) for month in months)
    if count == 1:
        title = f"За {names} посчитано по среднему, а не по счётчику."
    elif count <= MOST_BY_AVERAGE:
        title = f"{_count_months(count)} подряд по среднему: {names}."
    else:
        title = f"Больше {MOST_BY_AVERAGE}\u00a0месяцев подряд по среднему."
    if not left:
        text = (
            f"Дольше по среднему не считают. Если не передать показания, в счёте за {name_month(bill)} будет норматив."
        )
    else:
        text = (
            f"Если не передавать показания, по среднему посчитают ещё {_count_months(left)}, "
            f"а со счёта за {name_month(norm_from)} — по нормативу."
        )
    return NotSending(months, left, norm_from, False, title, text)


def _count_months(count: int) -> str:
    return f"{count}\u00a0{choose_plural(count, 'месяц', 'месяца', 'месяцев')}"


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
