"""From typed text to a value of a register."""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

DEFAULT_LEFT, DEFAULT_RIGHT = 8, 3
LONGEST = 60
# White space of every kind, and the marks without width that come along when one pastes.
_SPACES = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_NUMBER = re.compile(r"(?P<sign>[-−–]?)(?P<whole>\d*)(?:[.,](?P<fraction>\d*))?", re.ASCII)


@dataclass(frozen=True)
class ParsedValue:
    """The value, or the code of domain.md 4 that says why there is none; `cut` tells of an extra fraction dropped."""

    value: Decimal | None = None
    problem: str = ""
    cut: bool = False


def parse_value(text: str, digits_left: int | None, digits_right: int | None) -> ParsedValue:
    """Read one typed value. Comma, point, spaces, leading zeros are fine; an extra fraction is cut, never rounded.

    Only the digits 0–9 count, without exponents or words: NaN, inf, 1e309 and other scripts' digits are not numbers.
    The value has exactly `digits_right` digits after the point; when the supplier did not say, as many as were typed,
    at most three.
    """
    if len(text) > LONGEST:
        return ParsedValue(problem="not_a_number")
    match = _NUMBER.fullmatch(_SPACES.sub("", text))
    if match is None or not (match["whole"] or match["fraction"]):
        return ParsedValue(problem="not_a_number")
    whole, fraction = match["whole"].lstrip("0") or "0", match["fraction"] or ""
    if match["sign"] and (whole != "0" or fraction.strip("0")):
        return ParsedValue(problem="negative")
    if len(whole) > (DEFAULT_LEFT if digits_left is None else digits_left):
        return ParsedValue(problem="too_many_digits")
    right = DEFAULT_RIGHT if digits_right is None else digits_right
    kept = fraction[:right] if digits_right is None else fraction[:right].ljust(right, "0")
    return ParsedValue(Decimal(f"{whole}.{kept}" if kept else whole), cut=bool(fraction[right:].strip("0")))


def as_shown(value: Decimal, digits_right: int | None) -> Decimal:
    """The value with exactly the register's digits after the point; unknown, without zeros at the end."""
    if digits_right is not None:
        return value.quantize(Decimal(1).scaleb(-digits_right), rounding=ROUND_DOWN)
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def drop_last_digits(value: Decimal, count: int, digits_right: int | None) -> Decimal:
    """The value without its last `count` digits, as if the point had slipped; the fraction is cut to the register's."""
    places = DEFAULT_RIGHT if digits_right is None else digits_right
    return as_shown(value.scaleb(-count).quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN), digits_right)


def write(value: Decimal) -> str:
    """Plain decimal text with a point and no exponent, as figures and suggestions hold it."""
    return f"{value:f}"
