"""Is a submission plausible? The rules of the check, pure: no rows, no clock, no settings of Django.

`check_submission` takes what is known of the meter and what was typed and gives a `Verdict`. The table in domain.md 4
is its specification; each finding carries the code of its row.
"""

from meters.plausibility.facts import (
    Calendar,
    MeterFacts,
    OtherMeter,
    Previous,
    ScaleFacts,
    Thresholds,
    get_usual_unit,
    looks_like_total,
)
from meters.plausibility.findings import SEVERITIES, Finding, Outcome, Severity, Verdict
from meters.plausibility.rules import check_submission
from meters.plausibility.values import ParsedValue, parse_value

__all__ = [
    "SEVERITIES",
    "Calendar",
    "Finding",
    "MeterFacts",
    "OtherMeter",
    "Outcome",
    "ParsedValue",
    "Previous",
    "ScaleFacts",
    "Severity",
    "Thresholds",
    "Verdict",
    "check_submission",
    "get_usual_unit",
    "looks_like_total",
    "parse_value",
]
