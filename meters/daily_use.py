"""Average daily use from actual readings."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise

LEAST_DAYS = 7


def get_daily_use(readings: Iterable[tuple[date, Decimal]]) -> Decimal | None:
    """Units a day over these actual readings of one scale; None when they span less than a week.

    The caller chooses the year that counts. Where a register turned over, or a value was corrected downwards, that
    stretch says nothing and is left out together with its days.
    """
    ordered = sorted(readings)
    use, days = Decimal(0), 0
    for (earlier_on, earlier), (later_on, later) in pairwise(ordered):
        if later >= earlier:
            use += later - earlier
            days += (later_on - earlier_on).days
    return use / days if days >= LEAST_DAYS else None
