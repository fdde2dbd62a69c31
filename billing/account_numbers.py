"""Numbers of personal accounts, however they are typed (domain.md 5)."""

import re
import unicodedata

_SEPARATORS = re.compile("[\\s\\\\/\\-.\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]+")
LONGEST, MOST_DIGITS = 64, 40


class InvalidAccountNumber(ValueError):
    """The text is not a number of this supplier; the message is fit for the resident."""


def normalise_number(text: str) -> str:
    """Only the digits: NFKC, without spaces and `\\ / - .`. Any other character stays, so that it can be refused."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def format_number(digits: str, example: str) -> str:
    """Digits laid out as in the supplier's example (`018\\00028517`); as they are when the lengths differ."""
    if sum(character.isdigit() for character in example) != len(digits):
        return digits
    left = iter(digits)
    return "".join(next(left) if character.isdigit() else character for character in example)


def check_number(text: str, pattern: str, example: str) -> str:
    """The digits of a number that fits the supplier's pattern. Raises InvalidAccountNumber."""
    digits = normalise_number(text[:LONGEST])
    looks_like = f" Он выглядит так: {example}." if example else ""
    if not digits:
        raise InvalidAccountNumber(f"Укажите номер лицевого счёта.{looks_like}")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidAccountNumber(f"В номере лицевого счёта бывают только цифры.{looks_like}")
    if len(digits) > MOST_DIGITS or not _fits(digits, pattern, example):
        raise InvalidAccountNumber(f"Это не похоже на номер лицевого счёта этого поставщика.{looks_like}")
    return digits


def _fits(digits: str, pattern: str, example: str) -> bool:
    """By the supplier's pattern; by the example alone when there is none, or when it is not a regular expression."""
    needed = sum(character.isdigit() for character in example)
    try:
        if pattern:
            return re.fullmatch(pattern, format_number(digits, example), re.ASCII) is not None
    except re.error:
        pass
    return not needed or len(digits) == needed
