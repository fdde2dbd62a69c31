"""What other thresholds would have done with last year's readings. Pure: no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from meters.plausibility import Calendar, MeterFacts, Outcome, Severity, Thresholds, check_submission


@dataclass(frozen=True)
class Case:
    """A reading as it came, and what followed: `was_wrong` when it was refused, replaced, or undone by a later one."""

    meter: MeterFacts
    typed: Mapping[str, str]
    taken_on: date
    was_wrong: bool


@dataclass(frozen=True)
class Outcomes:
    """How many readings would have been stopped to ask the resident, how many of those staff would have seen, and how
    many were really wrong; `missed` were wrong and would have gone through."""

    judged: int = 0
    asked: int = 0
    seen: int = 0
    asked_wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    @property
    def asked_in_vain(self) -> int:
        return self.asked - self.asked_wrong


def simulate(cases: Sequence[Case], thresholds: Thresholds) -> Outcomes:
    """Judge every case by the same rules that judge residents."""
    asked = seen = asked_wrong = missed = 0
    for case in cases:
        calendar = Calendar(today=case.taken_on, taken_on=case.taken_on)
        verdict = check_submission(case.meter, case.typed, calendar=calendar, thresholds=thresholds)
        is_stopped = verdict.outcome is not Outcome.ACCEPTED
        asked += is_stopped
        seen += is_stopped and any(finding.has(Severity.REVIEW) for finding in verdict.findings)
        asked_wrong += is_stopped and case.was_wrong
        missed += case.was_wrong and not is_stopped
    return Outcomes(len(cases), asked, seen, asked_wrong, missed)
