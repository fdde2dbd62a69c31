"""What people decide: the resident confirms, corrects or withdraws; staff review; the bill settles."""

from datetime import datetime
from uuid import uuid5

from django.db import transaction

from accounts.models import User
from billing import queries as billing
from meters.models import ReadingReview, Submission
from meters.operations.fates import accept, close_older, give_up
from meters.operations.sending import CHECK, write_submission
from meters.plausibility import Finding, Severity
from meters.queries.submissions import STANDING
from notifications import hints
from notifications import operations as notifications


class NotPossibleNow(Exception):
    """The submission is past that; the message says so to the resident."""

    def __init__(self) -> None:
        super().__init__("С этими показаниями уже всё решено. Обновите страницу, чтобы увидеть, что с ними.")


@transaction.atomic(durable=True)
def confirm_submission(*, user: User, receipt: str, at: datetime) -> Submission:
    """The resident says that a questioned value is right: it is accepted, and staff look where a rule wants it."""
    submission = _lock(user, receipt)
    if submission.status in STANDING:
        return submission
    if submission.status != Submission.Status.NEEDS_CONFIRMATION:
        raise NotPossibleNow
    submission.confirmed_at = at
    submission.needs_review = any(Finding.from_json(row).has(Severity.REVIEW) for row in submission.findings)
    submission.save(update_fields=["confirmed_at", "needs_review"])
    _accept_alone(submission, at)
    return submission


@transaction.atomic(durable=True)
def take_suggestion(*, user: User, receipt: str, code: str, at: datetime) -> Submission:
    """The resident takes what a rule proposed: a new submission with those values replaces this one.

    `code` names the finding. Pressed twice, it gives the same new receipt.
    """
    submission = _lock(user, receipt)
    key = uuid5(submission.public_id, code)
    former = Submission.objects.filter(key=key, meter_id=submission.meter_id).first()
    if former is not None:
        return former
    suggestion = next((row["suggestion"] for row in submission.findings if row["code"] == code), None)
    if submission.status != Submission.Status.NEEDS_CONFIRMATION or not suggestion:
        raise NotPossibleNow
    typed = {value.scale.code: value.typed for value in submission.values.select_related("scale")}
    corrected = write_submission(
        user=user,
        account=submission.account,
        meter_id=submission.meter_id,
        key=key,
        typed=typed | suggestion,
        taken_on=submission.taken_on,
        at=at,
        supersedes=submission,
    )
    give_up(submission, Submission.Status.SUPERSEDED)
    hints.send_hint_on_commit(CHECK)
    return corrected


@transaction.atomic(durable=True)
def withdraw_submission(*, user: User, receipt: str, at: datetime) -> Submission:
    """The resident takes back what the supplier has not got yet."""
    submission = _lock(user, receipt)
    if submission.status not in (
        Submission.Status.SUBMITTED,
        Submission.Status.NEEDS_CONFIRMATION,
        Submission.Status.ACCEPTED,
    ):
        raise NotPossibleNow
    give_up(submission, Submission.Status.WITHDRAWN)
    return submission


@transaction.atomic(durable=True)
def review_submission(*, submission_id: int, staff: User, decision: str, reason: str, at: datetime) -> ReadingReview:
    """Staff accept, refuse, or ask the resident; the resident hears of it at the bell. Raises NotPossibleNow."""
    submission = (
        Submission.objects.select_for_update(of=("self",)).select_related("user", "meter").get(pk=submission_id)
    )
    if submission.status not in (Submission.Status.ACCEPTED, Submission.Status.NEEDS_CONFIRMATION):
        raise NotPossibleNow
    if decision == ReadingReview.Decision.ACCEPT:
        submission.needs_review = False
        submission.save(update_fields=["needs_review"])
        if submission.status != Submission.Status.ACCEPTED:
            _accept_alone(submission, at)
    elif decision == ReadingReview.Decision.REFUSE:
        give_up(submission, Submission.Status.REFUSED)
    else:
        give_up(submission, Submission.Status.NEEDS_CONFIRMATION)
    review = ReadingReview.objects.create(
        submission=submission, staff=staff, decision=decision, reason=reason, decided_at=at
    )
    notifications.notify(
        user=submission.user,
        event="meters/submission_reviewed",
        context={"submission": submission, "review": review},
        url=submission.get_absolute_url(),
        at=at,
    )
    return review


@transaction.atomic(durable=True)
def mark_billed_submissions(*, supplier_id: int, at: datetime) -> int:
    """After an import: what stands on the bill of its month is «Учтено в счёте за …». Returns how many."""
    waiting = list(
        Submission.objects.select_for_update(of=("self",))
        .filter(
            account__supplier_id=supplier_id,
            status__in=[Submission.Status.ACCEPTED, Submission.Status.HANDED_OVER],
        )
        .select_related("meter", "user")
        .prefetch_related("values__scale")
    )
    if not waiting:
        return 0
    lines = billing.get_bill_lines({row.account_id for row in waiting}, min(row.period for row in waiting))
    billed = {(line.bill.account_id, line.bill.period, line.serial, line.code): line.current for line in lines}
    settled = [
        row
        for row in waiting
        if all(
            billed.get((row.account_id, row.period, row.meter.serial, value.scale.code)) == value.value
            for value in row.values.all()
        )
    ]
    for row in settled:
        row.status = Submission.Status.BILLED
        notifications.notify(
            user=row.user,
            event="meters/submission_billed",
            context={"submission": row},
            url=row.get_absolute_url(),
            at=at,
        )
    Submission.objects.bulk_update(settled, ["status"])
    return len(settled)


def _lock(user: User, receipt: str) -> Submission:
    """Raises Submission.DoesNotExist for a stranger's."""
    visible = Submission.objects.visible_to(user).filter(receipt=receipt).values("pk")
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("account__supplier", "meter")
        .get(pk__in=visible)
    )


def _accept_alone(submission: Submission, at: datetime) -> None:
    close_older(accepted=[submission])
    accept([submission], at)
