"""Which readings of a long history are asked for: whose, and of which year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.http import urlencode

from meters.models import Reading
from meters.models.readings import ReadingQuerySet

OWN, SUPPLIER, ESTIMATED = "own", "supplier", "estimated"
SHOWN = {
    "": "Все",
    OWN: "Переданные вами",
    SUPPLIER: "Поставщик и контролёр",
    ESTIMATED: "Расчётные",
}
FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True)
class HistoryFilter:
    """`shown` is a key of SHOWN; without a year all years."""

    shown: str = ""
    year: int | None = None

    @property
    def is_on(self) -> bool:
        return bool(self.shown or self.year)

    @property
    def since(self) -> date | None:
        return date(self.year, 1, 1) if self.year else None

    @property
    def until(self) -> date | None:
        return date(self.year, 12, 31) if self.year else None

    @property
    def has_submissions(self) -> bool:
        """Whether what was sent and did not become readings belongs to it."""
        return self.shown in ("", OWN)

    @property
    def query(self) -> str:
        """For the address of a file: «?show=own&year=2025»."""
        asked = {"show": self.shown, "year": str(self.year or "")}
        kept = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def choose(self, rows: ReadingQuerySet) -> ReadingQuerySet:
        if self.since and self.until:
            rows = rows.filter(taken_on__range=(self.since, self.until))
        if self.shown == OWN:
            return rows.filter(source=Reading.Source.RESIDENT)
        if self.shown == SUPPLIER:
            return rows.filter(kind=Reading.Kind.ACTUAL).exclude(source=Reading.Source.RESIDENT)
        if self.shown == ESTIMATED:
            return rows.exclude(kind=Reading.Kind.ACTUAL)
        return rows


def read_filter(asked: Mapping[str, str]) -> HistoryFilter:
    """From the query of an address; what makes no sense is left out."""
    shown, year = asked.get("show", ""), asked.get("year", "")
    wanted = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
    return HistoryFilter(
        shown=shown if shown in SHOWN else "", year=wanted if FIRST_YEAR <= wanted <= LAST_YEAR else None
    )
