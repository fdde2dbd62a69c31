"""When a supplier takes readings, which bill they enter, and when it is due (domain.md 3 and 6). Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
MONTHS_OF = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]


@dataclass(frozen=True)
class ReadingCalendar:
    """Days of the month: the window in which readings are taken, and the cut-off that decides which bill they enter.

    A day the month does not have means its last day.
    """

    window_from: int
    window_to: int
    cut_off: int

    def is_open(self, on: date) -> bool:
        """Whether the window stands open; one that begins late in a month may end early in the next."""
        start, end = _day_in(on, self.window_from), _day_in(on, self.window_to)
        if self.window_from <= self.window_to:
            return start <= on <= end
        return on >= start or on <= end

    def cut_off_on(self, on: date) -> date:
        """The next cut-off, today included."""
        this_month = _day_in(on, self.cut_off)
        return this_month if on <= this_month else _day_in(next_month(on), self.cut_off)

    def days_left(self, on: date) -> int:
        """Whole days to the next cut-off; 0 on its day."""
        return (self.cut_off_on(on) - on).days

    def is_after_cut_off(self, on: date) -> bool:
        return on > _day_in(on, self.cut_off)

    def billing_period(self, on: date) -> date:
        """First day of the month whose bill a reading of this day enters."""
        return self.cut_off_on(on).replace(day=1)

    def opens_on(self, on: date) -> date:
        """The next day on which the window stands open, today included."""
        while not self.is_open(on):
            on += timedelta(days=1)
        return on


def next_month(day: date) -> date:
    """First day of the month after."""
    return shift_month(day, 1)


def shift_month(day: date, months: int) -> date:
    """First day of the month that many months away."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)


def previous_months(day: date, count: int) -> list[date]:
    """First days of the months before the one `day` is in, newest first."""
    return [shift_month(day, -back) for back in range(1, count + 1)]


def name_month(day: date) -> str:
    """«октябрь»."""
    return MONTHS[day.month - 1]


def name_day(day: date) -> str:
    """«20 октября»."""
    return f"{day.day}\u00a0{MONTHS_OF[day.month - 1]}"


def count_days(days: int) -> str:
    """«2 дня»."""
    return f"{days}\u00a0{choose_plural(days, 'день', 'дня', 'дней')}"


def choose_plural(number: int, one: str, few: str, many: str) -> str:
    """The form that agrees with the number: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    last, last_two = abs(number) % 10, abs(number) % 100
    if last == 1 and last_two != 11:
        return one
    return few if last in (2, 3, 4) and last_two not in (12, 13, 14) else many


def bill_due_on(period: date) -> date:
    """When the bill of a month is due: the 15th of the next one (since 2026-03-01, domain.md 6)."""
    return next_month(period).replace(day=15)


def _day_in(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
