"""The gate: a package is compared with what stands, and held when it would change too much of it (shared registry).

Each comparison counts rows that look wrong among those it looked at. The package is held when they are at least
`least` and more than `share`. `settings.REGISTRY_GATE` may say otherwise for a supplier:
`{"psk": {"vanished_meters": {"share": "0.10", "least": 50}}}`.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from exchange.comparisons import COMPARISONS, Comparison
from exchange.merging import Scope
from exchange.pump import PackageHeld, Staged
from exchange.rejects import Rejects

SAMPLES = 10
TOTALS, MISSING_FILE, REJECTS = "totals", "missing_file", "rejects"
REJECTED_SHARE, LEAST_REJECTED = Decimal("0.05"), 20


@dataclass(frozen=True)
class Hold:
    """Why a package waits for a person: how many of how many, and a few of them as (what, before, after)."""

    code: str
    text: str
    count: int = 0
    of: int = 0
    samples: list[tuple[str, str, str]] = field(default_factory=list)


class Gate:
    """Collects what makes one package wait. What staff have seen and let in (`allowed`, by code) holds it no more."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self.holds: list[Hold] = []
        self._allowed = frozenset(allowed)

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
            share, least = _get_threshold(scope.supplier_code, comparison.code, comparison.share, comparison.least)
            if count < least or count <= share * of:
                return
            cursor.execute(
                f"SELECT what, before, after FROM {found} WHERE is_bad ORDER BY what LIMIT {SAMPLES}",  # noqa: S608
                parameters,
            )
            samples = cursor.fetchall()
        self._hold(Hold(comparison.code, f"{comparison.title}: {count} из {of}.", count, of, samples))

    def check_rejects(self, staged: Mapping[str, Staged], rejects: Rejects, supplier_code: str) -> None:
        share, least = _get_threshold(supplier_code, REJECTS, REJECTED_SHARE, LEAST_REJECTED)
        for file, found in staged.items():
            count = rejects.counts[file]
            if count >= least and count > share * found.rows:
                samples = [(f"строка {row.line}", row.value, row.reason) for row in rejects.kept if row.file == file]
                text = f"{file}: отклонено строк {count} из {found.rows}."
                self._hold(Hold(REJECTS, text, count, found.rows, samples[:SAMPLES]))

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


def _get_threshold(supplier_code: str, code: str, share: Decimal, least: int) -> tuple[Decimal, int]:
    said = getattr(settings, "REGISTRY_GATE", {}).get(supplier_code, {}).get(code, {})
    return Decimal(said.get("share", share)), int(said.get("least", least))
