"""Units and services in the codes of NAESB ESPI 4.0 (UnitSymbolKind, ServiceKind, CommodityKind)."""

from dataclasses import dataclass
from decimal import Decimal

_MULTIPLIERS = (-12, -9, -6, -3, -2, -1, 0, 1, 2, 3, 6, 9, 12)
"""UnitMultiplierKind."""


@dataclass(frozen=True)
class Unit:
    """One unit of a scale is `factor` × 10 ^ `exponent` of `symbol`. `kind` is MeasurementKind, if there is."""

    symbol: int
    factor: int = 1
    exponent: int = 0
    kind: int | None = None


@dataclass(frozen=True)
class Service:
    """ServiceKind and CommodityKind."""

    kind: int
    commodity: int


WATT_HOUR, CUBIC_METRE, JOULE, NONE = 72, 42, 31, 0
ENERGY = 12

UNITS = {
    "квтч": Unit(WATT_HOUR, exponent=3, kind=ENERGY),
    "м3": Unit(CUBIC_METRE),
    "кубм": Unit(CUBIC_METRE),
    "гкал": Unit(JOULE, factor=4_186_800, exponent=3, kind=ENERGY),
    "гдж": Unit(JOULE, exponent=9, kind=ENERGY),
}
SERVICES = {
    "electricity": Service(kind=0, commodity=1),
    "gas": Service(kind=1, commodity=7),
    "cold_water": Service(kind=2, commodity=9),
    "hot_water": Service(kind=2, commodity=9),
    "heat": Service(kind=4, commodity=12),
}


def find_unit(text: str) -> Unit:
    """«кВт·ч», «м³»… in whatever spelling; an unknown unit is told as none."""
    plain = text.lower().replace("³", "3")
    return UNITS.get("".join(letter for letter in plain if letter.isalnum()), Unit(NONE))


def choose_multiplier(unit: Unit, places: int) -> int:
    """The largest power of ten the standard knows that keeps `places` digits after the point of a scale's unit."""
    return max(power for power in _MULTIPLIERS if power <= unit.exponent - places)


def count_in(value: Decimal, unit: Unit, multiplier: int) -> int:
    """The value as a whole number of 10 ^ `multiplier` of the unit; what is finer is cut."""
    return int((value * unit.factor).scaleb(unit.exponent - multiplier))
