"""What is known before a value is judged. Values are in the unit of their scale, electricity in kWh, water in m³."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class ScaleFacts:
    """One register and its bases: A the last actual reading, V the last value on a bill, d the average use a day."""

    code: str
    name: str
    unit: str = ""
    is_total: bool = False
    opening_value: Decimal | None = None
    last_actual: Decimal | None = None
    last_actual_on: date | None = None
    last_billed: Decimal | None = None
    last_billed_kind: str = ""
    daily_use: Decimal | None = None

    @property
    def base(self) -> Decimal | None:
        """A, or the value the meter was installed with while nothing has been read."""
        return self.opening_value if self.last_actual is None else self.last_actual


@dataclass(frozen=True)
class MeterFacts:
    """The device as the supplier describes it; anything may be missing. `current_max` in A, `voltage` in V.

    `read_later_on` is the newest actual reading after the day of the values judged, where there is one.
    """

    scales: tuple[ScaleFacts, ...]
    serial: str = ""
    model: str = ""
    status: str = "active"
    service: str = "electricity"
    digits_left: int | None = None
    digits_right: int | None = None
    ratio: Decimal = Decimal(1)
    voltage: Decimal | None = None
    current_max: Decimal | None = None
    phases: int | None = None
    installed_on: date | None = None
    verified_until: date | None = None
    read_later_on: date | None = None


@dataclass(frozen=True)
class OtherMeter:
    """Another meter of the same resident, to notice that its value was typed here.

    `key` is what the caller knows it by, so that the values can be sent for it instead.
    """

    label: str
    scales: tuple[ScaleFacts, ...]
    key: str = ""


@dataclass(frozen=True)
class Calendar:
    """The day of the check, the day the values were read, and what the supplier says about days."""

    today: date
    taken_on: date
    is_window_open: bool = True
    window_forbids: bool = False
    window_text: str = ""
    is_after_cut_off: bool = False
    enters_bill_for: str = ""


@dataclass(frozen=True)
class Previous:
    """What was already sent for the same period."""

    receipt: str
    values: Mapping[str, Decimal]
    is_handed_over: bool = False


@dataclass(frozen=True)
class Thresholds:
    """Figures a supplier can change.

    `floors` is the use, in the unit and after the transformer ratio, below which nothing is called high;
    `typical_daily` stands in for d while there is none.
    """

    high: Decimal = Decimal(3)
    very_high: Decimal = Decimal(10)
    floors: Mapping[str, Decimal] = field(
        default_factory=lambda: {"кВт·ч": Decimal(100), "м³": Decimal(3), "Гкал": Decimal(1)}
    )
    default_floor: Decimal = Decimal(100)
    typical_daily: Mapping[str, Decimal] = field(
        default_factory=lambda: {"кВт·ч": Decimal(15), "м³": Decimal("0.3"), "Гкал": Decimal("0.1")}
    )
    rollover_from: Decimal = Decimal("0.9")
    rollover_to: Decimal = Decimal("0.1")
    lost_point_about: Decimal = Decimal(2)
    sum_extra: Decimal = Decimal(1)
    phase_voltage: Decimal = Decimal(230)

    def floor(self, unit: str) -> Decimal:
        return self.floors.get(get_usual_unit(unit), self.default_floor)

    def typical(self, unit: str) -> Decimal:
        return self.typical_daily.get(get_usual_unit(unit), Decimal(15))


def get_usual_unit(unit: str) -> str:
    """«кВт·ч», «м³» or «Гкал», however the supplier spells it; a unit nobody knows stays as it is."""
    folded = unit.strip().casefold().replace("³", "3").replace(" ", "")
    if folded in ("", "квтч", "квт·ч", "квт*ч", "квт-ч", "квт.ч", "kwh"):
        return "кВт·ч"
    if folded in ("м3", "m3", "куб.м", "куб.м.", "кубм", "м.куб", "м.куб."):
        return "м³"
    return "Гкал" if folded in ("гкал", "gcal") else unit


_TOTAL_WORDS = ("сумм", "всего", "итог", "общ", "total")


def looks_like_total(name: str, names: Sequence[str]) -> bool:
    """Whether a register sums the others, told by its name: codes are the supplier's and mean nothing.

    `names` are the names of all the meter's scales. A meter of one or two registers has none that sums the rest;
    «Круглосуточно» beside zones does.
    """
    folded = name.casefold()
    if len(names) <= 2:
        return False
    if any(word in folded for word in _TOTAL_WORDS):
        return True
    return "круглосут" in folded and sum("круглосут" in other.casefold() for other in names) == 1
