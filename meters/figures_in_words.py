"""The figures of a finding in Russian words: numbers, days, use. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from billing.calendar import choose_plural, name_day

NBSP = "\u00a0"


def show_number(text: str) -> str:
    """`12896` as «12 896», `47.120` as «47,120»: every digit after the point that the value has."""
    value = Decimal(text)
    whole, _, fraction = f"{abs(value):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NBSP)
    return ("−" if value < 0 else "") + (f"{grouped},{fraction}" if fraction else grouped)


def show_day(text: str) -> str:
    """`2026-10-20` as «20 октября 2026»."""
    day = date.fromisoformat(text)
    return f"{name_day(day)} {day.year}"


def tell_amount(figures: Mapping[str, str], name: str) -> str:
    """«2 184 кВт·ч»."""
    unit = figures.get("unit", "")
    return show_number(figures[name]) + (NBSP + unit if unit else "")


def tell_usual(figures: Mapping[str, str]) -> str:
    """What a month usually takes, as a sentence before others; nothing when it is not known."""
    if "month" not in figures:
        return ""
    if not Decimal(figures["month"]):
        return "Обычно расхода почти нет. "
    month = figures["month"].removesuffix(".0")
    return f"Обычно у вас около {tell_amount({**figures, 'month': month}, 'month')} в месяц. "


def tell_base(figures: Mapping[str, str]) -> str:
    """What it was compared with, and since when it stood."""
    on = f" ({show_day(figures['base_on'])})" if "base_on" in figures else " при установке"
    return f"{show_number(figures['base'])}{on}"


def tell_count(number: str, one: str, few: str, many: str) -> str:
    """«3 дня»."""
    return f"{number}{NBSP}{choose_plural(int(number), one, few, many)}"
