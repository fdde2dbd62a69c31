"""Average daily use from actual readings."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal


def get_daily_use(readings: Iterable[tuple[date, Decimal]]) -> Decimal | None:
    """Units a day between the first and last of these actual readings; None when they span no day.

    The caller chooses the year that counts. A register that turned over or a corrected value may make the difference
    negative: then nothing is known.
    """
    ordered = sorted(readings)
    if len(ordered) < 2:
        return None
    (first_on, first), (last_on, last) = ordered[0], ordered[-1]
    days = (last_on - first_on).days
    if days <= 0 or last < first:
        return None
    return (last - first) / days
