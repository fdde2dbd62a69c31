"""Pure rules: what a cell of a registry may hold, and its canonical form.

Each `Kind` has the pattern of its canonical form (bytes, for the fast path), the type it is staged with, and a
parser that turns what real exports hold (comma decimals, `dd.mm.yyyy`, thousands apart) into the canonical form.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

FAULT = "\x02"
"""Begins a cell that was found to say nothing faithful before it came here; no file of people holds this sign."""


class BadValue(Exception):
    """A cell that cannot be taken. The message says why, in Russian."""


def mark_fault(reason: str, shown: str) -> str:
    return f"{FAULT}{reason}{FAULT}{shown}"


def split_fault(cell: str) -> tuple[str, str]:
    """The reason and what is shown of a marked cell."""
    reason, _, shown = cell.removeprefix(FAULT).partition(FAULT)
    return reason, shown


@dataclass(frozen=True)
class Kind:
    """`pattern` is matched where a delimiter or the end of the line follows; %s in it stands for the delimiter."""

    pattern: bytes
    sql_type: str
    parse: Callable[[str], str]
    is_text: bool = False


# Control characters, spaces that `strip` knows and the mark of what could not be read, in UTF-8; by their first bytes.
_ODD_SIGNS = re.compile(
    rb"\xc2[\x80-\x9f]|\xef\xbf\xbd|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
)
_ODD_BEGINNINGS = (b"\xc2", b"\xef\xbf", b"\xe1\x9a", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80")
_MONTH_DAYS = (
    rb"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
)
_MOST_DATES = rb"20[0-9][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?|[+-]?\.\d+")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_RUSSIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$")
_MONTHS = (
    (re.compile(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?"), 1, 2),
    (re.compile(r"(?:\d{1,2}\.)?(\d{1,2})\.(\d{4})"), 2, 1),
)
_VOLTAGE = re.compile(r"(?:\d\s*[xхXХ×*]\s*)?(\d{2,6}(?:[.,]\d+)?)(?:\s*/\s*\d{2,6}(?:[.,]\d+)?)?\s*[ВвVv]?")
_CURRENT = re.compile(r"(?:\d+(?:[.,]\d+)?\s*[(-]\s*)?(\d+(?:[.,]\d+)?)\)?\s*[АаAa]?")


def has_odd_signs(block: bytes) -> bool:
    """Whether a block holds what no pattern tells from letters: its lines are parsed one by one."""
    if block.isascii():
        return False
    return any(beginning in block for beginning in _ODD_BEGINNINGS) and _ODD_SIGNS.search(block) is not None


def text(longest: int, *, pattern: str = "") -> Kind:
    shape = re.compile(pattern) if pattern else None

    def parse(value: str) -> str:
        if len(value) > longest:
            raise BadValue(f"длиннее {longest} знаков")
        if "\ufffd" in value:
            raise BadValue("нечитаемые знаки")
        if _CONTROLS.search(value):
            raise BadValue("управляющие знаки")
        if shape and not shape.fullmatch(value):
            raise BadValue("не того вида")
        return value

    # No space, no-break space or quote where it would be cut off or mean something; some letters share a byte with the
    # no-break space. What this misses is parsed. A text with a shape of its own stands in small files: always parsed.
    plain = rb'[^%s"\x00-\x20\x7f\xc2][^%s"\x00-\x1f\x7f]{0,' + str(longest - 1).encode() + rb"}(?<![\x20\xa0])"
    return Kind(rb"(?!)" if pattern else plain, "text", parse, is_text=True)


def decimal(whole: int, fraction: int, *, negative: bool = False) -> Kind:
    """A number of at most `whole` digits before the point and `fraction` after it."""
    limit = Decimal(10) ** whole

    @lru_cache(maxsize=4096)
    def parse(value: str) -> str:
        number = read_number(value)
        if number < 0 and not negative:
            raise BadValue("отрицательное число")
        if abs(number) >= limit:
            raise BadValue("слишком длинное число")
        if number != round(number, fraction):
            raise BadValue(f"больше {fraction} знаков после запятой" if fraction else "не целое число")
        return str(round(number, fraction)) if fraction else str(int(number))

    sign = rb"-?" if negative else rb""
    digits = rb"[0-9]{1,%d}" % whole
    pattern = sign + digits + (rb"(?:\.[0-9]{1,%d}|)" % fraction if fraction else rb"")
    if fraction == 2:  # most sums have their kopecks: what is tried first costs half
        pattern = digits + rb"\.[0-9][0-9]|" + pattern
    return Kind(pattern, "numeric", parse)


def integer(least: int, most: int) -> Kind:
    def parse(value: str) -> str:
        number = read_number(value)
        if number != int(number):
            raise BadValue("не целое число")
        if not least <= number <= most:
            raise BadValue(f"не от {least} до {most}")
        return str(int(number))

    return Kind(b"|".join(b"%d" % number for number in range(least, most + 1)), "integer", parse)


def choice(*values: str) -> Kind:
    def parse(value: str) -> str:
        if value.lower() in values:
            return value.lower()
        raise BadValue("нет такого значения: " + ", ".join(values))

    return Kind(rb"(?:" + b"|".join(value.encode() for value in values) + rb")", "text", parse, is_text=True)


def read_number(value: str) -> Decimal:
    """A number as people and spreadsheets write it; raises `BadValue`."""
    tidy = _SPACES.sub(" ", value).replace("−", "-")
    if " " in tidy and not _THOUSANDS.fullmatch(tidy):
        raise BadValue("не число")
    tidy = tidy.replace(" ", "").replace(",", ".")
    if not _NUMBER.fullmatch(tidy) or not tidy.isascii():
        raise BadValue("не число")
    if len(tidy) > 40:
        raise BadValue("слишком длинное число")
    try:
        return Decimal(tidy)
    except InvalidOperation as error:
        raise BadValue("не число") from error


@lru_cache(maxsize=4096)
def read_date(value: str) -> str:
    """`2026-10-05`, `05.10.2026`, either with a midnight behind it."""
    day = _MIDNIGHT.sub("", value)
    if found := _ISO_DATE.fullmatch(day):
        year, month, number = (int(part) for part in found.groups())
    elif found := _RUSSIAN_DATE.fullmatch(day):
        number, month, year = (int(part) for part in found.groups())
    else:
        raise BadValue("не дата")
    try:
        parsed = date(year, month, number)
    except ValueError as error:
        raise BadValue("такой даты нет") from error
    if not 1900 <= year <= 2099:
        raise BadValue("год вне пределов")
    return parsed.isoformat()


@lru_cache(maxsize=512)
def read_month(value: str) -> str:
    """`2026-10`, `10.2026`, or a whole date of that month."""
    for pattern, year_at, month_at in _MONTHS:
        if found := pattern.fullmatch(_MIDNIGHT.sub("", value)):
            year, month = int(found[year_at]), int(found[month_at])
            if 1 <= month <= 12 and 1900 <= year <= 2099:
                return f"{year}-{month:02}"
            raise BadValue("такого месяца нет")
    raise BadValue("не месяц")


def read_voltage(value: str) -> str:
    """`230`, `3x230/400`: the voltage of one phase."""
    found = _VOLTAGE.fullmatch(value)
    if not found:
        raise BadValue("не напряжение")
    return RATING.parse(found[1])


def read_current(value: str) -> str:
    """`60`, `5(60)`: the largest current."""
    found = _CURRENT.fullmatch(value)
    if not found:
        raise BadValue("не сила тока")
    return RATING.parse(found[1])


RATING = decimal(6, 2)
VOLTAGE = Kind(rb"\d{2,6}", "numeric", read_voltage)
CURRENT = Kind(rb"\d{1,6}", "numeric", read_current)
MONEY = decimal(12, 2)
BALANCE = decimal(12, 2, negative=True)
VALUE = decimal(11, 4)
PRICE = decimal(8, 4)
DATE = Kind(_MOST_DATES + rb"|(?:19|20)\d\d-" + _MONTH_DAYS, "date", read_date)
MONTH = Kind(rb"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", "text", read_month, is_text=True)
