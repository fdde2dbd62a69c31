"""From typed text to a value of a register."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

DEFAULT_LEFT, DEFAULT_RIGHT = 8, 3
_NUMBER = re.compile(r"(?P<sign>[-−]?)(?P<whole>\d*)(?:[.,](?P<fraction>\d*))?", re.ASCII)


@dataclass(frozen=True)
class ParsedValue:
    """The value, or the code of domain.md 4 that says why there is none; `cut` tells of an extra fraction dropped."""

    value: Decimal | None = None
    problem: str = ""
    cut: bool = False


def parse_value(text: str, digits_left: int | None, digits_right: int | None) -> ParsedValue:
    """Read one typed value. Comma, point, spaces, leading zeros are fine; an extra fraction is cut, never rounded."""
    left = DEFAULT_LEFT if digits_left is None else digits_left
    right = DEFAULT_RIGHT if digits_right is None else digits_right
    compact = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)) if len(text) <= 60 else ""
    match = _NUMBER.fullmatch(compact)
    if match is None or not (match["whole"] or match["fraction"]):
        return ParsedValue(problem="not_a_number")
    whole, fraction = match["whole"].lstrip("0") or "0", match["fraction"] or ""
    if match["sign"] and (int(whole) or int(fraction or 0)):
        return ParsedValue(problem="negative")
    if len(whole) > left:
        return ParsedValue(problem="too_many_digits")
    return ParsedValue(value=Decimal(f"{whole}.{fraction[:right] or 0}"), cut=bool(fraction[right:].strip("0")))


def drop_last_digits(value: Decimal, count: int, digits_right: int | None) -> Decimal:
    """The value without its last `count` digits, as if the point had slipped; the fraction is cut to the register's."""
    places = Decimal(1).scaleb(-(digits_right or 0))
    return value.scaleb(-count).quantize(places, rounding=ROUND_DOWN)
