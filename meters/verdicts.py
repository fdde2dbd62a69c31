"""A submission as its page tells it: state, words, what can be pressed, and what happened when."""

from dataclasses import dataclass
from datetime import datetime

from billing.calendar import name_month
from meters.models import Submission
from meters.plausibility import Finding, Severity
from meters.verdict_words import Words, tell_finding

REPORT_REASONS = {
    "no_meter_info": "no_meter_info",
    "incomplete_meter_info": "wrong_meter_info",
    "lower_than_actual": "wrong_readings",
    "verification_expired": "wrong_meter_info",
}


@dataclass(frozen=True)
class Remark:
    """One finding in words. `report_reason` opens the error report already filled in."""

    code: str
    words: Words
    kind: str
    can_take_suggestion: bool
    report_reason: str


@dataclass(frozen=True)
class Event:
    title: str
    at: datetime | None
    text: str = ""


@dataclass(frozen=True)
class Told:
    submission: Submission
    title: str
    kind: str
    remarks: tuple[Remark, ...]
    keep_label: str


def tell_submission(submission: Submission) -> Told:
    """Everything the page says of one submission, whose values and meter are loaded."""
    findings = [Finding.from_json(row) for row in submission.findings]
    asks = submission.status == Submission.Status.NEEDS_CONFIRMATION
    remarks = tuple(_tell_finding(finding, asks=asks) for finding in findings)
    labels = [remark.words.keep_label for remark in remarks if remark.kind == "question" and remark.words.keep_label]
    keep = labels[0] if len(labels) == 1 else "Да, всё верно" if asks else ""
    return Told(submission, _title(submission), _KINDS[submission.Status(submission.status)], remarks, keep)


def list_events(submission: Submission) -> list[Event]:
    """What happened, in order. Reviews must be loaded."""
    events = [Event(f"Принято порталом № {submission.receipt}", submission.submitted_at)]
    if submission.checked_at:
        events.append(Event("Проверено", submission.checked_at))
    if submission.confirmed_at:
        events.append(Event("Вы подтвердили, что всё верно", submission.confirmed_at))
    if submission.accepted_at:
        events.append(Event("Показания записаны", submission.accepted_at))
    events += [
        Event(f"Сотрудник решил: {review.get_decision_display()}", review.decided_at, review.reason)
        for review in submission.reviews.all()
    ]
    if submission.status == Submission.Status.BILLED:
        events.append(Event(f"Учтено в счёте за {name_month(submission.period)}", None))
    elif submission.status in (Submission.Status.SUPERSEDED, Submission.Status.WITHDRAWN):
        events.append(Event(submission.get_status_display().capitalize(), None))
    return events


def _tell_finding(finding: Finding, *, asks: bool) -> Remark:
    kind = "info"
    if finding.has(Severity.BLOCK):
        kind = "bad"
    elif finding.has(Severity.CONFIRM) and asks:
        kind = "question"
    can_take = asks and bool(finding.suggestion)
    return Remark(finding.code, tell_finding(finding), kind, can_take, REPORT_REASONS.get(finding.code, ""))


def _title(submission: Submission) -> str:
    status = submission.status
    if status == Submission.Status.ACCEPTED:
        return f"Принято. Войдёт в счёт за {name_month(submission.period)}"
    if status == Submission.Status.BILLED:
        return f"Учтено в счёте за {name_month(submission.period)}"
    return _TITLES[submission.Status(status)]


_TITLES = {
    Submission.Status.SUBMITTED: "Проверяем",
    Submission.Status.NEEDS_CONFIRMATION: "Нужен ваш ответ",
    Submission.Status.REFUSED: "Не принято",
    Submission.Status.SUPERSEDED: "Заменено другой передачей",
    Submission.Status.WITHDRAWN: "Вы отозвали эти показания",
    Submission.Status.HANDED_OVER: "Передано поставщику",
}
_KINDS = {
    Submission.Status.SUBMITTED: "info",
    Submission.Status.NEEDS_CONFIRMATION: "question",
    Submission.Status.ACCEPTED: "good",
    Submission.Status.REFUSED: "bad",
    Submission.Status.SUPERSEDED: "info",
    Submission.Status.WITHDRAWN: "info",
    Submission.Status.HANDED_OVER: "good",
    Submission.Status.BILLED: "good",
}
