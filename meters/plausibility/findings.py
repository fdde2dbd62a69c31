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


_BLOCK, _CONFIRM, _INFORM, _REVIEW = (Severity.BLOCK,), (Severity.CONFIRM,), (Severity.INFORM,), (Severity.REVIEW,)

SEVERITIES: Mapping[str, tuple[Severity, ...]] = {
    "no_meter_info": _BLOCK,
    "incomplete_meter_info": _INFORM,
    "meter_automatic": _BLOCK,
    "meter_removed": _BLOCK,
    "missing_scale": _BLOCK,
    "unknown_scale": _BLOCK,
    "not_a_number": _BLOCK,
    "negative": _BLOCK,
    "too_many_digits": _BLOCK,
    "extra_decimals": _INFORM,
    "date_in_future": _BLOCK,
    "before_installation": _BLOCK,
    "before_last": _BLOCK,
    "outside_window": _BLOCK,
    "after_cut_off": _INFORM,
    "rollover": _CONFIRM + _REVIEW,
    "zones_swapped": _CONFIRM,
    "lost_point": _CONFIRM,
    "other_meter": _CONFIRM,
    "lower_than_actual": _BLOCK,
    "lower_than_estimate": _INFORM,
    "over_physical": _BLOCK,
    "very_high": _CONFIRM + _REVIEW,
    "high": _CONFIRM,
    "unchanged": _INFORM,
    "sum_mismatch": _CONFIRM,
    "first_reading": _REVIEW,
    "duplicate": _INFORM,
    "supersedes": _INFORM,
    "after_hand_over": _INFORM,
    "verification_expired": _INFORM,
}


@dataclass(frozen=True)
class Finding:
    """One row of the table that fired. Figures and suggested values are plain decimal text with a point.

    `scale` is a scale's code, empty for the meter as a whole; `suggestion` is what to type instead, by scale code.
    """

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


def note(
    code: str,
    scale: str = "",
    figures: Mapping[str, str] | None = None,
    suggestion: Mapping[str, str] | None = None,
    *,
    review: bool = False,
) -> Finding:
    """A finding with the severities its row of the table has; `review` has staff look as well."""
    severities = SEVERITIES[code]
    if review and Severity.REVIEW not in severities:
        severities = (*severities, Severity.REVIEW)
    return Finding(code, severities, scale, dict(figures or {}), dict(suggestion or {}))


@dataclass(frozen=True)
class Verdict:
    """All findings, the values as understood, and the use of each scale since its base.

    Values have exactly the meter's digits after the point. A use is None where there is no base, or where the value is
    below it and the register did not turn over.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    values: Mapping[str, Decimal] = field(default_factory=dict)
    uses: Mapping[str, Decimal | None] = field(default_factory=dict)

    @property
    def needs_review(self) -> bool:
        return any(finding.has(Severity.REVIEW) for finding in self.findings)

    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings}
