"""What is said where one meter followed another: the closing value of the former and the opening one of the new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.calendar import name_day
from meters.history_rows import show_value
from meters.models import Meter, Scale
from meters.queries.places import Neighbourhood


@dataclass(frozen=True)
class Replacement:
    """One line of the history, and the other meter it leads to."""

    title: str
    text: str
    other: Meter | None


def tell_installation(around: Neighbourhood) -> Replacement | None:
    """The beginning of the history. None where nothing is known of it."""
    installation, former = around.place.installation, around.former
    opening = tell_values(around.place.meter, around.scales, closing=False)
    if installation.installed_on is None:
        return Replacement("Начало истории.", f"Первые значения: {opening}.", None) if opening else None
    day = tell_day(installation.installed_on)
    begins = f"Начальные значения: {opening}." if opening else ""
    if former is None:
        return Replacement(f"Счётчик установлен {day}.", begins, None)
    closing = tell_values(former.meter, around.scales_by_meter.get(former.meter.pk, []), closing=True)
    text = f"Прежний № {former.meter.label}"
    text += f" снят {tell_day(former.installation.removed_on)}" if former.installation.removed_on else " снят"
    text += f" на {closing}" if closing else ""
    text += f", новый начал с {opening}." if opening else "."
    return Replacement(f"Счётчик заменён {day}.", text, former.meter)


def tell_removal(around: Neighbourhood) -> Replacement | None:
    """The end of the history; None while the meter stands."""
    removed_on, successor = around.place.installation.removed_on, around.successor
    if around.place.is_present:
        return None
    closing = tell_values(around.place.meter, around.scales, closing=True)
    title = f"Счётчик снят {tell_day(removed_on)}." if removed_on else "Счётчик снят."
    text = f"Последние значения: {closing}." if closing else ""
    if successor is None:
        return Replacement(title, text, None)
    opening = tell_values(successor.meter, around.scales_by_meter.get(successor.meter.pk, []), closing=False)
    text = f"{text} Теперь здесь № {successor.meter.label}" + (f", он начал с {opening}." if opening else ".")
    return Replacement(title, text.strip(), successor.meter)


def tell_values(meter: Meter, scales: Sequence[Scale], *, closing: bool) -> str:
    """«12 345», or with several scales «день 12 345, ночь 6 789»; empty while a value is unknown."""
    values = [(scale, scale.closing_value if closing else scale.opening_value) for scale in scales]
    known = [(scale, value) for scale, value in values if value is not None]
    if len(known) == 1 and len(scales) == 1:
        return show_value(known[0][1], meter)
    return ", ".join(f"{scale.name.lower()} {show_value(value, meter)}" for scale, value in known)


def tell_day(day: date) -> str:
    """«20 октября 2026»."""
    return f"{name_day(day)} {day.year}"
