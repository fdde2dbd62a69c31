"""The meter's card in words: what is known of it, what the supplier has not told, its scales and those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.calendar import choose_plural
from billing.models import Service
from meters.history_list import tell_said
from meters.history_rows import show_value
from meters.models import Installation, Meter
from meters.quantities import format_number
from meters.queries.places import LastReading, Neighbourhood, Place
from meters.replacements import tell_day, tell_values

UNKNOWN = {
    "place": "место установки",
    "accuracy_class": "класс точности",
    "voltage": "напряжение",
    "current_max": "наибольший ток",
    "phases": "число фаз",
    "digits_left": "разрядность",
    "verification_years": "межповерочный интервал",
    "owner": "владелец",
}
ELECTRIC = ("voltage", "current_max", "phases")


@dataclass(frozen=True)
class FormerMeter:
    """A meter that stood at the personal account before."""

    meter: Meter
    days: str
    opening: str
    closing: str


@dataclass(frozen=True)
class ScaleLine:
    """One register: its hours, the value it began with here, and the last one."""

    name: str
    hours: str
    unit: str
    opening: str
    last: str
    last_said: str


def list_facts(around: Neighbourhood) -> list[tuple[str, str]]:
    """Every known field, with its label, in the order a resident compares them with the case."""
    meter, installation = around.place.meter, around.place.installation
    facts = [
        ("Услуга", around.link.account.get_service_display()),
        ("Номер ПУ", meter.serial),
        ("Модель ПУ", meter.model),
        ("Состояние", _tell_status(around.place)),
        ("Место установки", meter.place),
        ("Установлен", tell_day(installation.installed_on) if installation.installed_on else ""),
        ("Снят", tell_day(installation.removed_on) if installation.removed_on else ""),
        ("Разрядность", _tell_digits(meter)),
        ("Число тарифов", str(len(around.scales)) if around.scales else ""),
        ("Коэффициент трансформации", format_number(meter.ratio)),
        ("Класс точности", meter.accuracy_class.replace(".", ",")),
        ("Напряжение", _measure(meter.voltage, "В")),
        ("Наибольший ток", _measure(meter.current_max, "А")),
        ("Фаз", str(meter.phases) if meter.phases else ""),
        ("Межповерочный интервал (МПИ)", _count_years(meter.verification_years)),
        ("Поверен до", tell_day(meter.verified_until) if meter.verified_until else ""),
        ("Владелец", meter.owner),
        ("Номер в системе поставщика", meter.registration),
    ]
    return [(label, value) for label, value in facts if value]


def list_unknown(around: Neighbourhood) -> str:
    """What the supplier has not told beyond number and model: «место установки, класс точности»."""
    meter = around.place.meter
    is_electric = around.link.account.service == Service.ELECTRICITY
    names = [word for name, word in UNKNOWN.items() if (is_electric or name not in ELECTRIC)]
    missing = [word for name, word in UNKNOWN.items() if word in names and getattr(meter, name) in (None, "")]
    if around.place.installation.installed_on is None:
        missing.insert(0, "день установки")
    return ", ".join(missing)


def list_scales(around: Neighbourhood, last: Sequence[LastReading]) -> list[ScaleLine]:
    meter = around.place.meter
    newest = {row.scale_id: row for row in last}
    lines = []
    for scale in around.scales:
        row = newest.get(scale.pk)
        lines.append(
            ScaleLine(
                name=scale.name,
                hours=scale.hours.replace("-", "–"),
                unit=scale.unit,
                opening="" if scale.opening_value is None else show_value(scale.opening_value, meter),
                last="" if row is None or row.value is None else show_value(row.value, meter),
                last_said=tell_said(row) if row is not None else "",
            )
        )
    return lines


def list_former(around: Neighbourhood) -> list[FormerMeter]:
    """Earlier meters of the personal account, newest first."""
    found = []
    for place in around.earlier:
        scales = around.scales_by_meter.get(place.meter.pk, [])
        found.append(
            FormerMeter(
                place.meter,
                _tell_days(place.installation),
                tell_values(place.meter, scales, closing=False),
                tell_values(place.meter, scales, closing=True),
            )
        )
    return found


def _tell_status(place: Place) -> str:
    return "снят" if not place.is_present else place.meter.get_status_display()


def _tell_digits(meter: Meter) -> str:
    if meter.digits_left is None:
        return ""
    left = f"{meter.digits_left}\u00a0{choose_plural(meter.digits_left, 'цифра', 'цифры', 'цифр')} до запятой"
    return f"{left}, {meter.digits_right} после" if meter.digits_right else f"{left}, без дробной части"


def _measure(value: Decimal | None, unit: str) -> str:
    return "" if value is None else f"{format_number(value)}\u00a0{unit}"


def _count_years(years: int | None) -> str:
    return "" if years is None else f"{years}\u00a0{choose_plural(years, 'год', 'года', 'лет')}"


def _tell_days(installation: Installation) -> str:
    since = f"с {tell_day(installation.installed_on)}" if installation.installed_on else ""
    until = f"по {tell_day(installation.removed_on)}" if installation.removed_on else ""
    return " ".join(word for word in (since, until) if word) or "дни поставщик не передал"
