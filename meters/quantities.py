"""Figures with their unit, as Russian writes them. Pure: no Django."""

from decimal import Decimal

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def format_number(value: Decimal) -> str:
    """«12 896», «47,12»: thousands apart, no zeros at the end of the fraction."""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    fraction = fraction.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", NO_BREAK_SPACE)
    text = f"{grouped},{fraction}" if fraction else grouped
    return f"\N{MINUS SIGN}{text}" if value < 0 else text


def format_quantity(value: Decimal, unit: str) -> str:
    """«284 кВт·ч»; without a unit the number alone."""
    return f"{format_number(value)}{NO_BREAK_SPACE}{unit}" if unit else format_number(value)


def round_use(value: Decimal) -> Decimal:
    """Use worked out between readings is as exact as this: whole from ten up, else hundredths."""
    return value.quantize(Decimal(1) if value >= 10 else Decimal("0.01"))


def choose_plural(number: int, one: str, few: str, many: str) -> str:
    """The form that agrees with the number: 1 раз, 2 раза, 5 раз, 11 раз."""
    last_two, last = abs(number) % 100, abs(number) % 10
    if last == 1 and last_two != 11:
        return one
    if last in (2, 3, 4) and last_two not in (12, 13, 14):
        return few
    return many
