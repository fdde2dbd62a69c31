"""Dates, numbers and plurals as Russian writes them, for the words of pure modules (face.md). No Django."""

from datetime import date
from decimal import Decimal

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
_OF_MONTH = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MONTHLY = (
    "январский", "февральский", "мартовский", "апрельский", "майский", "июньский",
    "июльский", "августовский", "сентябрьский", "октябрьский", "ноябрьский", "декабрьский",
)  # fmt: skip


def choose_plural(number: int, one: str, few: str, many: str) -> str:
    """The form that agrees with the number: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    last_two, last = abs(number) % 100, abs(number) % 10
    if last == 1 and last_two != 11:
        return one
    if last in (2, 3, 4) and last_two not in (12, 13, 14):
        return few
    return many


def count_days(number: int) -> str:
    """«2 дня», with a no-break space."""
    return f"{number}{NO_BREAK_SPACE}{choose_plural(number, 'день', 'дня', 'дней')}"


def format_day(day: date, *, today: date | None = None) -> str:
    """«20 октября»; with the year when `today` is given and its year is another."""
    text = f"{day.day}{NO_BREAK_SPACE}{_OF_MONTH[day.month - 1]}"
    return text if today is None or today.year == day.year else f"{text} {day.year}"


def format_month(month: date) -> str:
    """«ноябрь»."""
    return MONTHS[month.month - 1]


def format_monthly(month: date) -> str:
    """«ноябрьский», to stand before «счёт»."""
    return _MONTHLY[month.month - 1]


def format_number(value: Decimal) -> str:
    """«12 896» or «47,120»: grouped by no-break spaces, all the digits after the comma that the value has."""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NO_BREAK_SPACE)
    text = f"{grouped},{fraction}" if fraction else grouped
    return f"\N{MINUS SIGN}{text}" if value < 0 else text


def format_about(value: Decimal) -> str:
    """A figure said with «около»: whole from ten up, else one digit after the comma, none when it is zero."""
    if value >= 10:
        return format_number(value.quantize(Decimal(1)))
    text = format_number(value.quantize(Decimal("0.1")))
    return text.removesuffix(",0")
