"""What every format is built from: one meter, its scales, and one row for each reading."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class ExportedScale:
    """One register. `opening` and `closing` are its values when the meter was put up and taken down."""

    pk: int
    code: str
    name: str
    unit: str
    opening: Decimal | None = None
    closing: Decimal | None = None


@dataclass(frozen=True)
class ExportedMeter:
    """`capacity` is where the drum begins anew, when its digits are known; `places` are the digits after the point."""

    pk: int
    serial: str
    model: str
    service: str
    ratio: Decimal
    capacity: Decimal | None
    places: int
    installed_on: date | None
    removed_on: date | None
    scales: tuple[ExportedScale, ...]


@dataclass(frozen=True)
class ExportedReading:
    """A value as the meter shows it. `kind` and `source` are codes, `said` and `kind_name` the words for them."""

    scale: ExportedScale
    taken_on: date
    value: Decimal
    kind: str
    kind_name: str
    source: str
    source_name: str
    receipt: str


Rows = Callable[[], Iterator[ExportedReading]]
"""Begins to read the rows: by scale, and of each scale the oldest first."""
