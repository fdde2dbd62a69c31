"""What a resident decides about a submission: confirms, corrects, withdraws, takes that back."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from billing import queries as billing
from meters.models import ReadingReview, Submission
from meters.operations.facts import find_open_period, get_standing
from meters.operations.fates import close_older, give_up, lock_meters, write_readings
from meters.operations.sending import CHECK, write_submissions
from meters.plausibility import Finding, Severity
from meters.queries.submissions import CHANGEABLE, OPEN, STANDING, make_correction_key, make_return_key
from notifications import hints


class NotPossibleNow(Exception):
    """The submission is past that; the message says so to the resident."""

    def __init__(self) -> None:
        super().__init__("С этими показаниями уже всё решено. Обновите страницу, чтобы увидеть, что с ними.")


@transaction.atomic(durable=True)
def confirm_submission(*, user: User, receipt: str, at: datetime) -> Submission:
    """The resident says that a questioned value is right: it is accepted, and staff look where a rule wants it.

    Pressed twice, it does the same. Raises NotPossibleNow, and Submission.DoesNotExist for a stranger's.
    """
    submission = _lock_own(user, receipt)
    if submission.status in STANDING:
        return submission
    if submission.status != Submission.Status.NEEDS_CONFIRMATION:
        raise NotPossibleNow
    was_asked_by_staff = submission.reviews.filter(decision=ReadingReview.Decision.ASK).exists()
    wants_review = any(Finding.from_json(row).has(Severity.REVIEW) for row in submission.findings)
    submission.confirmed_at = at
    submission.needs_review = wants_review or was_asked_by_staff
    accept_submission(submission, at=at)
    return submission


@transaction.atomic(durable=True)
def take_suggestion(*, user: User, receipt: str, code: str, at: datetime) -> Submission:
    """The resident takes what a rule proposed: a new submission with those values replaces this one.

    `code` names the findings; what they suggest for several scales is taken together. Pressed twice, it gives the same
    new receipt. Raises NotPossibleNow, and Submission.DoesNotExist for a stranger's.
    """
    submission = _lock_own(user, receipt)
    key = make_correction_key(submission, code)
    former = Submission.objects.filter(key=key, meter_id=submission.meter_id).first()
    if former is not None:
        return former
    suggestion: dict[str, str] = {}
    for row in submission.findings:
        if row["code"] == code:
            suggestion |= row["suggestion"]
    if submission.status not in (Submission.Status.NEEDS_CONFIRMATION, Submission.Status.REFUSED) or not suggestion:
        raise NotPossibleNow
    typed = {value.scale.code: value.typed for value in submission.values.select_related("scale")}
    (corrected,) = write_submissions(
        user=user,
        accounts={submission.meter_id: submission.account},
        key=key,
        typed={submission.meter_id: typed | suggestion},
        taken_on=submission.taken_on,
        at=at,
        supersedes=submission,
    )
    give_up(submission, Submission.Status.SUPERSEDED, at=at)
    hints.send_hint_on_commit(CHECK)
    return corrected


@transaction.atomic(durable=True)
def withdraw_submission(*, user: User, receipt: str, at: datetime) -> Submission:
    """The resident takes back what the supplier has not got yet. Raises as `confirm_submission`."""
    submission = _lock_own(user, receipt)
    if submission.status == Submission.Status.WITHDRAWN:
        return submission
    if submission.status not in CHANGEABLE:
        raise NotPossibleNow
    give_up(submission, Submission.Status.WITHDRAWN, at=at)
    return submission


@transaction.atomic(durable=True)
def restore_submission(*, user: User, receipt: str, at: datetime) -> Submission:
    """The resident takes a withdrawal back: the same values are sent once more, and checked anew.

    Possible while they would enter the same bill and nothing else was sent for it. Pressed twice, it gives the same
    new receipt. Raises as `confirm_submission`.
    """
    submission = _lock_own(user, receipt)
    key = make_return_key(submission)
    former = Submission.objects.filter(key=key, meter_id=submission.meter_id).first()
    if former is not None:
        return former
    if not may_restore(submission, at=at):
        raise NotPossibleNow
    typed = {value.scale.code: value.typed for value in submission.values.select_related("scale")}
    (again,) = write_submissions(
        user=user,
        accounts={submission.meter_id: submission.account},
        key=key,
        typed={submission.meter_id: typed},
        taken_on=submission.taken_on,
        at=at,
        supersedes=submission,
    )
    hints.send_hint_on_commit(CHECK)
    return again


def _lock_own(user: User, receipt: str) -> Submission:
    return lock_submission(Submission.objects.visible_to(user).filter(receipt=receipt))


def lock_submission(wanted: QuerySet[Submission]) -> Submission:
    """The only row of `wanted`, read after its meter is locked. Raises Submission.DoesNotExist."""
    lock_meters([wanted.get().meter_id])
    return wanted.select_related("account__supplier", "meter", "user").prefetch_related("values").get()


def may_restore(submission: Submission, *, at: datetime) -> bool:
    """Whether it was withdrawn, the bill it was meant for still takes readings, and has no other of this meter."""
    if submission.status != Submission.Status.WITHDRAWN:
        return False
    period = submission.account.supplier.reading_calendar.billing_period(submission.taken_on)
    if submission.account.supplier.reading_calendar.billing_period(timezone.localdate(at)) != period:
        return False
    others = Submission.objects.filter(meter_id=submission.meter_id, period=period, status__in=[*STANDING, *OPEN])
    return not others.exists()


def accept_submission(submission: Submission, *, at: datetime) -> None:
    """It stands for its bill from now on, and its values are readings. A bill that has come takes no more of them."""
    standing = get_standing([submission.meter_id])
    submission.period = find_open_period(submission.meter_id, submission.period, standing)
    if billing.has_bill(submission.account_id, submission.period):
        now = submission.account.supplier.reading_calendar.billing_period(timezone.localdate(at))
        submission.period = find_open_period(submission.meter_id, max(submission.period, now), standing)
    submission.status = Submission.Status.ACCEPTED
    submission.accepted_at = at
    close_older(accepted=[submission], at=at)
    submission.save()
    write_readings([submission])
