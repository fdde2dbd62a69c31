"""How figures, dates and phones are written for a resident: pure functions, Russian rules."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils import timezone

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MONTHS = (
    ("январь", "января"),
    ("февраль", "февраля"),
    ("март", "марта"),
    ("апрель", "апреля"),
    ("май", "мая"),
    ("июнь", "июня"),
    ("июль", "июля"),
    ("август", "августа"),
    ("сентябрь", "сентября"),
    ("октябрь", "октября"),
    ("ноябрь", "ноября"),
    ("декабрь", "декабря"),
)


def format_number(value: Decimal, *, places: int | None = None) -> str:
    """Write a number with a comma and no-break spaces between thousands.

    Without ``places`` the zeros at the end of the fraction are left out; with it the fraction is
    cut or filled to exactly that many digits, never rounded up.
    """
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    whole, _, fraction = f"{abs(value):f}".partition(".")
    if places is None:
        fraction = fraction.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", NO_BREAK_SPACE)
    text = f"{grouped},{fraction}" if fraction else grouped
    return f"{MINUS}{text}" if value < 0 else text


def format_money(amount: Decimal) -> str:
    """Write roubles with kopecks: «3 412,80 ₽»; a round sum keeps its kopecks, nought is «0 ₽»."""
    if amount == 0:
        return f"0{NO_BREAK_SPACE}₽"
    rounded = amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{format_number(rounded, places=2)}{NO_BREAK_SPACE}₽"


def choose_plural(number: int, forms: str) -> str:
    """Choose among three comma-separated forms («день,дня,дней») the one that fits the number."""
    one, few, many = (form.strip() for form in forms.split(","))
    last_two, last = abs(number) % 100, abs(number) % 10
    if last == 1 and last_two != 11:
        return one
    if last in (2, 3, 4) and last_two not in (12, 13, 14):
        return few
    return many


def format_day(day: date) -> str:
    """Write a day without its year: «20 октября»."""
    return f"{day.day}{NO_BREAK_SPACE}{MONTHS[day.month - 1][1]}"


def format_day_year(day: date) -> str:
    """Write a day with its year: «20 октября 2026»."""
    return f"{format_day(day)} {day.year}"


def format_month(day: date) -> str:
    """Write the month of a day: «октябрь 2026»."""
    return f"{MONTHS[day.month - 1][0]} {day.year}"


def format_moment(moment: datetime) -> str:
    """Write a moment in the portal's time zone: «20 октября, 14:05»."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{format_day(local.date())}, {local:%H:%M}"


def format_phone(phone: str) -> str:
    """Write a Russian number as people do: «+7 921 555-01-42»; leave any other as it is."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    if len(digits) != 11 or digits[0] not in "78":
        return phone
    parts = f"+7 {digits[1:4]} {digits[4:7]}"
    return f"{parts}-{digits[7:9]}-{digits[9:]}".replace(" ", NO_BREAK_SPACE)


MOST_WINDOWS = 40
"""No meter has so many; a text that is longer is no reading, and no reason to draw a window for each sign."""


@dataclass(frozen=True)
class DrumCell:
    """One window of the drum: its digit, and whether it is a fraction or not yet typed."""

    digit: str
    is_fraction: bool
    is_blank: bool


def draw_drum(value: str | Decimal | None, *, left: int, right: int) -> list[DrumCell]:
    """Lay a value out over a meter's windows, ``left`` before the point and ``right`` after it.

    Zeros before the first digit are blank, as is everything when there is no value. A value that
    does not fit keeps all its digits: more windows are better than a wrong figure.
    """
    text = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = text.replace(",", ".").replace(" ", "").replace(NO_BREAK_SPACE, "")
    whole, _, fraction = text.partition(".")
    is_number = (whole or "0").isdecimal() and (fraction or "0").isdecimal()
    if not is_number or len(text) > MOST_WINDOWS:
        whole, fraction = "", ""
    has_value = bool(whole or fraction)
    whole = whole.lstrip("0")
    shown = (whole or "0") if has_value else ""
    cells = [DrumCell("0", False, True) for _ in range(max(left - len(shown), 0))]
    cells += [DrumCell(digit, False, False) for digit in shown]
    cells += [DrumCell(digit, True, not has_value) for digit in fraction[:right].ljust(right, "0")]
    return cells


def read_decimal(value: object) -> Decimal | None:
    """Read whatever a template holds as a Decimal; nothing readable is ``None``."""
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(str(value).replace(",", ".").replace(NO_BREAK_SPACE, "").replace(" ", ""))
    except InvalidOperation:
        return None


def speaks_of(text: str, name: str) -> bool:
    """Whether a sentence has a word of the name in it, in whatever case: «Укажите пароль.» speaks of «Новый пароль»."""
    said = text.casefold()
    return any(
        word[: max(4, len(word) - 2)] in said for word in re.findall(r"\b(?!что\b|как\b)\w{3,}", name.casefold())
    )
