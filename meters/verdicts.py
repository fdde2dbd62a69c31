"""A submission as its page tells it: state, words, and what can be pressed."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.calendar import choose_plural, name_month
from meters.billed_otherwise import BilledOtherwise, tell_billed_otherwise
from meters.merged_words import group_findings, tell_findings
from meters.models import Submission
from meters.plausibility import Finding, Severity
from meters.verdict_words import Words

REPORTS: dict[str, tuple[tuple[str, str], ...]] = {
    "no_meter_info": (("no_meter_info", "Сообщить об ошибке"),),
    "incomplete_meter_info": (("wrong_meter_info", "Сообщить номер и модель"),),
    "lower_than_actual": (("meter_replaced", "Счётчик заменили"), ("wrong_readings", "Прежнее показание неверно")),
    "over_physical": (("wrong_meter_info", "Неверные сведения о счётчике"),),
    "verification_expired": (("wrong_meter_info", "Написать в отделение"),),
}
"""What an error report may be about, by code: its reason and the words on the button."""


@dataclass(frozen=True)
class Remark:
    """All findings of one code in words. `reports` open the error report already filled in.

    `receipt` leads to the former one.
    """

    code: str
    words: Words
    kind: str
    can_take_suggestion: bool
    reports: tuple[tuple[str, str], ...]
    receipt: str


@dataclass(frozen=True)
class Told:
    """`from_staff` is what staff wrote when they refused or asked."""

    submission: Submission
    title: str
    kind: str
    remarks: tuple[Remark, ...]
    keep_label: str
    from_staff: str
    billed_otherwise: BilledOtherwise | None = None
    wants_photo: bool = False

    @property
    def only_question(self) -> Remark | None:
        """The one remark beside which «всё верно» can stand; None when there are several, or none."""
        questions = [remark for remark in self.remarks if remark.kind == "question"]
        return questions[0] if len(questions) == 1 else None


def tell_submission(submission: Submission) -> Told:
    """Everything the page says of one submission, whose values, meter and reviews are loaded."""
    findings = [Finding.from_json(row) for row in submission.findings]
    asks = submission.status == Submission.Status.NEEDS_CONFIRMATION
    can_take = asks or submission.status == Submission.Status.REFUSED
    told = [_tell_findings(group, asks=asks, can_take=can_take) for group in group_findings(findings)]
    if submission.status == Submission.Status.REFUSED:
        told = [remark for remark in told if remark.kind != "info"]
    remarks = tuple(sorted(told, key=lambda remark: _ORDER.index(remark.kind)))
    labels = [remark.words.keep_label for remark in remarks if remark.kind == "question" and remark.words.keep_label]
    keep = (labels[0] if len(labels) == 1 else "Да, всё верно") if asks else ""
    reviews = sorted(submission.reviews.all(), key=lambda review: review.decided_at)
    from_staff = reviews[-1].reason if reviews and can_take else ""
    is_duplicate = any(finding.code == "duplicate" for finding in findings)
    if is_duplicate:
        return Told(submission, "Эти показания уже у нас", "good", remarks, "", "")
    if otherwise := tell_billed_otherwise(submission):
        return Told(submission, otherwise.title, "question", remarks, "", from_staff, otherwise)
    kind = _KINDS[Submission.Status(submission.status)]
    return Told(submission, _title(submission), kind, remarks, keep, from_staff, wants_photo=wants_photo(submission))


def wants_photo(submission: Submission) -> bool:
    """Whether staff look at it, or will once it is confirmed: then a picture of the register settles it sooner."""
    if submission.status == Submission.Status.ACCEPTED:
        return submission.needs_review
    if submission.status != Submission.Status.NEEDS_CONFIRMATION:
        return False
    return any(Finding.from_json(row).has(Severity.REVIEW) for row in submission.findings)


def sum_up(batch: Sequence[Submission]) -> str:
    """One sentence for a whole sending, as it stands."""
    statuses = [row.status for row in batch]
    if Submission.Status.SUBMITTED in statuses:
        return "Проверяем. Обычно это секунды."
    questions = statuses.count(Submission.Status.NEEDS_CONFIRMATION)
    refused = statuses.count(Submission.Status.REFUSED)
    if not questions and not refused:
        return "Всё готово, больше ничего не нужно."
    parts = []
    if questions:
        parts.append(
            f"{questions}\u00a0{choose_plural(questions, 'счётчик ждёт', 'счётчика ждут', 'счётчиков ждут')} ответа"
        )
    if refused:
        parts.append(
            f"показания {refused}\u00a0{choose_plural(refused, 'счётчика', 'счётчиков', 'счётчиков')} не приняты"
        )
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}: посмотрите ниже."


def _tell_findings(findings: Sequence[Finding], *, asks: bool, can_take: bool) -> Remark:
    """One remark for all findings of a code."""
    first = findings[0]
    words = tell_findings(findings)
    can_take = can_take and bool(words.suggestion_label)
    kind = "info"
    if any(finding.has(Severity.BLOCK) for finding in findings):
        kind = "bad"
    elif (any(finding.has(Severity.CONFIRM) for finding in findings) and asks) or can_take:
        kind = "question"
    return Remark(
        code=first.code,
        words=words,
        kind=kind,
        can_take_suggestion=can_take,
        reports=REPORTS.get(first.code, ()),
        receipt=first.figures.get("receipt", ""),
    )


def _title(submission: Submission) -> str:
    status = submission.status
    if status == Submission.Status.ACCEPTED:
        return f"Принято. Войдёт в счёт за {name_month(submission.period)}"
    if status == Submission.Status.BILLED:
        return f"Учтено в счёте за {name_month(submission.period)}"
    return _TITLES[status]


_ORDER = ["question", "bad", "info"]
_TITLES: dict[str, str] = {
    Submission.Status.SUBMITTED: "Проверяем",
    Submission.Status.NEEDS_CONFIRMATION: "Нужен ваш ответ",
    Submission.Status.REFUSED: "Не принято",
    Submission.Status.SUPERSEDED: "Заменено другой передачей",
    Submission.Status.WITHDRAWN: "Эти показания отозваны",
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
