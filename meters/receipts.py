"""Receipt numbers: short enough to read out on the telephone, with a digit that catches a slip."""

from datetime import date


def format_receipt(number: int, on: date) -> str:
    """Number 123 of November 2026 as `2611-000123-4`; the last digit is Luhn's."""
    digits = f"{on:%y%m}{number:06d}"
    return f"{digits[:4]}-{digits[4:]}-{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Luhn's check digit: one digit mistyped, or most swaps of neighbours, do not pass."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if position % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10
