"""When a supplier takes readings, and which bill they enter: two settings, not one (domain.md 3)."""

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
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def name_month(day: date) -> str:
    """«октябрь»."""
    return MONTHS[day.month - 1]


def name_day(day: date) -> str:
    """«20 октября»."""
    return f"{day.day}\u00a0{MONTHS_OF[day.month - 1]}"


def count_days(days: int) -> str:
    """«2 дня»."""
    last, last_two = days % 10, days % 100
    if last == 1 and last_two != 11:
        word = "день"
    elif last in (2, 3, 4) and last_two not in (12, 13, 14):
        word = "дня"
    else:
        word = "дней"
    return f"{days}\u00a0{word}"


def _day_in(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
