"""What staff decide about a questioned submission; the resident hears of it at the bell."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from meters.models import Reading, ReadingReview, Scale, Submission
from meters.operations.deciding import NotPossibleNow, accept_submission, lock_submission
from meters.operations.fates import give_up
from notifications import operations as notifications

Decision = ReadingReview.Decision


class DecidedMeanwhile(NotPossibleNow):
    """Somebody else of the staff decided since the page was opened."""


@transaction.atomic(durable=True)
def review_submission(
    *, submission_id: int, staff: User, decision: str, reason: str, at: datetime, seen: int | None = None
) -> ReadingReview:
    """Staff accept, refuse, or ask the resident. `seen`: how many decisions the page showed.

    Raises NotPossibleNow, and DecidedMeanwhile when there are more by now.
    """
    submission = _lock_for_review(submission_id, seen)
    if decision == Decision.ACCEPT:
        submission.needs_review = False
        if submission.status == Submission.Status.ACCEPTED:
            submission.save(update_fields=["needs_review"])
        else:
            accept_submission(submission, at=at)
    elif decision == Decision.REFUSE:
        give_up(submission, Submission.Status.REFUSED, at=at)
    else:
        give_up(submission, Submission.Status.NEEDS_CONFIRMATION, at=at)
    return _record(submission, staff, decision, reason, at)


@transaction.atomic(durable=True)
def replace_by_inspection(
    *,
    submission_id: int,
    staff: User,
    values: Mapping[int, Decimal],
    taken_on: date,
    reason: str,
    at: datetime,
    seen: int | None = None,
) -> ReadingReview:
    """An inspector's reading, by scale id, stands instead of what the resident sent. Raises as `review_submission`."""
    submission = _lock_for_review(submission_id, seen)
    give_up(submission, Submission.Status.REFUSED, at=at)
    for scale in Scale.objects.filter(meter_id=submission.meter_id, pk__in=list(values)):
        Reading.objects.update_or_create(
            scale=scale,
            taken_on=taken_on,
            source=Reading.Source.INSPECTOR,
            defaults={"meter_id": submission.meter_id, "value": values[scale.pk], "kind": Reading.Kind.ACTUAL},
        )
    return _record(submission, staff, Decision.REPLACE, reason, at)


def _lock_for_review(submission_id: int, seen: int | None) -> Submission:
    submission = lock_submission(Submission.objects.filter(pk=submission_id))
    if seen is not None and submission.reviews.count() > seen:
        raise DecidedMeanwhile
    if not submission.can_be_reviewed:
        raise NotPossibleNow
    return submission


def _record(submission: Submission, staff: User, decision: str, reason: str, at: datetime) -> ReadingReview:
    review = ReadingReview.objects.create(
        submission=submission, staff=staff, decision=decision, reason=reason, decided_at=at
    )
    figures = {"what": f"submission.{decision}", "submission": submission.pk}
    record_event(Kind.STAFF_DECISION, user=submission.user_id, staff=staff, figures=figures, at=at)
    notifications.notify(
        user=submission.user,
        event="meters/submission_reviewed",
        context={"submission": submission, "review": review},
        url=submission.get_absolute_url(),
        since=submission.submitted_at,
        at=at,
    )
    return review
