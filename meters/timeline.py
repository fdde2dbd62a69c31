"""What happened to a submission, in order, and what is still ahead of it (domain.md 3: two facts, seen apart)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from billing.calendar import name_month
from meters.billed_otherwise import tell_billed_otherwise
from meters.models import ReadingReview, Submission
from meters.operations.handing_over import REFUSED_BY_SUPPLIER

Status = Submission.Status


@dataclass(frozen=True)
class Event:
    """One thing that happened, or, without `happened`, that comes next. `receipt` leads to another submission."""

    title: str
    at: datetime | None = None
    text: str = ""
    receipt: str = ""
    happened: bool = True


def list_events(submission: Submission) -> list[Event]:
    """Reviews, and what takes its place (`superseded_by`), must be loaded."""
    return [*_tell_past(submission), *_tell_end(submission), *_tell_future(submission)]


def _tell_past(submission: Submission) -> Iterator[Event]:
    yield Event(f"Принято порталом № {submission.receipt}", submission.submitted_at)
    happened = []
    if submission.checked_at:
        happened.append(Event("Проверено", submission.checked_at, _tell_check(submission)))
    if submission.confirmed_at:
        happened.append(Event("Подтверждено: всё верно", submission.confirmed_at))
    happened += [
        Event(_REVIEWS[ReadingReview.Decision(review.decision)], review.decided_at, review.reason)
        for review in submission.reviews.all()
    ]
    for refusal in (row["figures"] for row in submission.findings if row["code"] == REFUSED_BY_SUPPLIER):
        happened.append(Event("Передано поставщику", datetime.fromisoformat(refusal["handed_over_at"])))
        happened.append(
            Event("Поставщик не принял", datetime.fromisoformat(refusal["refused_at"]), str(refusal["reason"]))
        )
    yield from sorted(happened, key=lambda event: event.at or submission.submitted_at)


def _tell_end(submission: Submission) -> Iterator[Event]:
    if submission.status in (Status.HANDED_OVER, Status.BILLED) and submission.handed_over_at:
        yield Event("Передано поставщику", submission.handed_over_at)
    if submission.status == Status.BILLED:
        yield Event(f"Учтено в счёте за {name_month(submission.period)}", submission.billed_at)
    elif otherwise := tell_billed_otherwise(submission):
        words = (f"«{name}»: передано {sent}, в счёте {billed}" for name, sent, billed in otherwise.rows)
        yield Event(otherwise.title, otherwise.seen_at, "; ".join(words))
    elif submission.status == Status.WITHDRAWN:
        yield Event("Эти показания отозваны", submission.closed_at)
    elif submission.status == Status.SUPERSEDED:
        newer = next(iter(submission.superseded_by.all()), None)
        yield Event("Заменено другой передачей", submission.closed_at, receipt=newer.receipt if newer else "")


def _tell_future(submission: Submission) -> Iterator[Event]:
    if submission.status in (Status.SUBMITTED, Status.NEEDS_CONFIRMATION):
        title = "Проверяем" if submission.status == Status.SUBMITTED else "Ждём вашего ответа"
        yield Event(title, happened=False)
    if tell_billed_otherwise(submission):
        return
    if submission.status == Status.ACCEPTED:
        text = "Сначала посмотрит сотрудник." if submission.needs_review else ""
        yield Event("Передадим поставщику", text=text, happened=False)
    if submission.status in (Status.ACCEPTED, Status.HANDED_OVER):
        text = "Напишем, когда счёт придёт в портал."
        yield Event(f"Войдёт в счёт за {name_month(submission.period)}", text=text, happened=False)


def _tell_check(submission: Submission) -> str:
    if submission.accepted_at == submission.checked_at and not submission.confirmed_at:
        return "Вопросов нет."
    if submission.status == Status.REFUSED and not submission.reviews.all():
        return "Принять нельзя, причина выше."
    return "Появился вопрос." if submission.confirmed_at or submission.status == Status.NEEDS_CONFIRMATION else ""


_REVIEWS = {
    ReadingReview.Decision.ACCEPT: "Сотрудник посмотрел и принял",
    ReadingReview.Decision.REFUSE: "Сотрудник не принял",
    ReadingReview.Decision.ASK: "Сотрудник спросил вас",
    ReadingReview.Decision.REPLACE: "Вместо этого взято показание контролёра",
}
