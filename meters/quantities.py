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


def round_use(value: Decimal, places: int) -> Decimal:
    """Use worked out between readings is no finer than the meter shows, and never finer than hundredths."""
    return value.quantize(Decimal(1).scaleb(-min(places, 2)))
