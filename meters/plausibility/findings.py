"""What a check found: codes of domain.md 4 with figures, and the verdict they make together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    BLOCK = "block"
    CONFIRM = "confirm"
    REVIEW = "review"
    INFORM = "inform"


class Outcome(StrEnum):
    BLOCKED = "blocked"
    NEEDS_CONFIRMATION = "needs_confirmation"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Finding:
    """One row of the table that fired. Figures and suggested values are plain decimal text with a point."""

    code: str
    severities: tuple[Severity, ...]
    scale: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    suggestion: Mapping[str, str] = field(default_factory=dict)

    def has(self, severity: Severity) -> bool:
        return severity in self.severities

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severities": [severity.value for severity in self.severities],
            "scale": self.scale,
            "figures": dict(self.figures),
            "suggestion": dict(self.suggestion),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Finding":
        return cls(
            code=row["code"],
            severities=tuple(Severity(name) for name in row["severities"]),
            scale=row.get("scale", ""),
            figures=dict(row.get("figures", {})),
            suggestion=dict(row.get("suggestion", {})),
        )


@dataclass(frozen=True)
class Verdict:
    """All findings, the values as understood, and the use of each scale since its base."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    values: Mapping[str, Decimal] = field(default_factory=dict)
    uses: Mapping[str, Decimal | None] = field(default_factory=dict)

    @property
    def needs_review(self) -> bool:
        return any(finding.has(Severity.REVIEW) for finding in self.findings)

    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings}
