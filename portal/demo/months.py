"""Pure rules: months as first days."""

from datetime import date


def add_months(month: date, number: int) -> date:
    total = month.year * 12 + month.month - 1 + number
    return date(total // 12, total % 12 + 1, 1)


def last_full_month(today: date) -> date:
    return add_months(today.replace(day=1), -1)


def months_before(today: date, number: int) -> list[date]:
    """The last `number` full months before today, oldest first."""
    last = last_full_month(today)
    return [add_months(last, -back) for back in range(number - 1, -1, -1)]
