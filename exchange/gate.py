"""The gate: a package is compared with what stands, and held when it would change too much of it (shared registry).

Each comparison counts rows that look wrong among those it looked at. The package is held when they are at least
`least` and more than `share`: usual thresholds, those of `settings.REGISTRY_GATE` for a supplier, as in
`{"psk": {"vanished_meters": {"share": "0.10", "least": 50}}}`, or what staff decided last (`thresholds`).
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection

from exchange.comparisons import COMPARISONS, Comparison
from exchange.merging import Scope
from exchange.pump import PackageHeld, Staged
from exchange.rejects import Rejects
from exchange.thresholds import REJECTS, Threshold, get_thresholds

SAMPLES = 10
TOTALS, MISSING_FILE = "totals", "missing_file"


@dataclass(frozen=True)
class Hold:
    """Why a package waits for a person: how many of how many, past what threshold, a few as (what, before, after)."""

    code: str
    text: str
    count: int = 0
    of: int = 0
    samples: list[tuple[str, str, str]] = field(default_factory=list)
    threshold: str = ""


class Gate:
    """Collects what makes one package wait. What staff have seen and let in (`allowed`, by code) holds it no more."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self.holds: list[Hold] = []
        self._allowed = frozenset(allowed)
        self._thresholds: dict[str, Threshold] = {}

    def allows(self, code: str) -> bool:
        return code in self._allowed

    def compare(self, staged: Staged, scope: Scope) -> None:
        """Before the file is written, while the tables hold what stood."""
        for comparison in COMPARISONS:
            if comparison.layout is staged.layout and comparison.columns <= staged.columns:
                self._compare(comparison, scope)

    def _compare(self, comparison: Comparison, scope: Scope) -> None:
        rows, parameters = scope.bind(comparison.rows)
        found = f"({rows}) AS found (what, before, after, is_bad)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FILTER (WHERE is_bad), count(*) FROM {found}", parameters)  # noqa: S608
            count, of = cursor.fetchone()
            threshold = self._get_threshold(scope.supplier_code, comparison.code)
            if not threshold.is_passed(count, of):
                return
            cursor.execute(
                f"SELECT what, before, after FROM {found} WHERE is_bad ORDER BY what LIMIT {SAMPLES}",  # noqa: S608
                parameters,
            )
            samples = cursor.fetchall()
        text = f"{comparison.title}: {count} из {of}."
        self._hold(Hold(comparison.code, text, count, of, samples, str(threshold)))

    def check_rejects(self, staged: Mapping[str, Staged], rejects: Rejects, supplier_code: str) -> None:
        threshold = self._get_threshold(supplier_code, REJECTS)
        for file, found in staged.items():
            count = rejects.counts[file]
            if threshold.is_passed(count, found.rows):
                samples = [(f"строка {row.line}", row.value, row.reason) for row in rejects.kept if row.file == file]
                text = f"{file}: отклонено строк {count} из {found.rows}."
                self._hold(Hold(REJECTS, text, count, found.rows, samples[:SAMPLES], str(threshold)))

    def decide(self) -> None:
        """Raises `PackageHeld` when anything was found."""
        if self.holds:
            raise PackageHeld("\n".join(hold.text for hold in self.holds))

    def note(self, held: PackageHeld) -> list[dict[str, Any]]:
        """What staff are shown; empty when no decision of theirs could let the package in."""
        if held.code:
            return [asdict(Hold(held.code, str(held)))]
        return [asdict(hold) for hold in self.holds]

    def _hold(self, hold: Hold) -> None:
        if not self.allows(hold.code):
            self.holds.append(hold)

    def _get_threshold(self, supplier_code: str, code: str) -> Threshold:
        self._thresholds = self._thresholds or get_thresholds(supplier_code)
        return self._thresholds[code]
