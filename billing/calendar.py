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
MONTHLY = [
    "январский",
    "февральский",
    "мартовский",
    "апрельский",
    "майский",
    "июньский",
    "июльский",
    "августовский",
    "сентябрьский",
    "октябрьский",
    "ноябрьский",
    "декабрьский",
]


@dataclass(frozen=True)
class CutOffWords:
    """What stands beside the ring of days: «2» in it, «дня до 25 ноября.», «Позже — войдут в декабрьский счёт.»"""

    days: int
    until: str
    later: str

    def __str__(self) -> str:
        return " ".join([self.until if self.days == 0 else f"{self.days}\u00a0{self.until}", self.later])


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

    def cut_off_words(self, on: date) -> CutOffWords:
        """«2 дня до 25 ноября. Позже — войдут в декабрьский счёт.»"""
        days, last = self.days_left(on), name_day(self.cut_off_on(on))
        period = self.billing_period(on)
        later = f"Позже — войдут в {MONTHLY[next_month(period).month - 1]} счёт."
        if days == 0:
            return CutOffWords(0, f"Сегодня, {last}, последний день.", later)
        if self.is_after_cut_off(on):
            later = f"Показания войдут уже в {MONTHLY[period.month - 1]} счёт."
        return CutOffWords(days, f"{choose_plural(days, 'день', 'дня', 'дней')} до {last}.", later)

    def window_words(self, on: date) -> str:
        """When the supplier takes readings; empty where it does the whole month."""
        if self.window_from <= 1 and self.window_to >= 31:
            return ""
        if not self.is_open(on):
            opens = name_day(self.opens_on(on))
            return f"Показания принимают с {self.window_from}-го по {self.window_to}-е число. Приём начнётся {opens}."
        closes = _day_in(on, self.window_to)
        return (
            f"Показания принимают до {name_day(closes if closes >= on else _day_in(next_month(on), self.window_to))}."
        )


def next_month(day: date) -> date:
    """First day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_months(day: date, count: int) -> list[date]:
    """First days of the months before the one `day` is in, newest first."""
    months = [(day.replace(day=1) - timedelta(days=1)).replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


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


def bill_due_words(due_on: date, today: date) -> str:
    """«до 15 декабря, осталось 22 дня», «до 15 декабря, это сегодня», «срок был 15 декабря, прошло 3 дня»."""
    days = (due_on - today).days
    day = name_day(due_on) if due_on.year == today.year else f"{name_day(due_on)} {due_on.year}"
    if days > 0:
        return f"до {day}, {choose_plural(days, 'остался', 'осталось', 'осталось')} {count_days(days)}"
    if days == 0:
        return f"до {day}, это сегодня"
    return f"срок был {day}, {choose_plural(days, 'прошёл', 'прошло', 'прошло')} {count_days(-days)}"


def _day_in(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))
