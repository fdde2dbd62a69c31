"""The worker's check of what was sent, in batches: claimed, judged by the pure rules, written back together.

The table is the queue. Killed anywhere, the transaction is gone and the rows wait as before (domain.md 4).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from meters.models import Submission
from meters.operations.facts import Judged, gather_facts
from meters.operations.fates import accept, close_older, record_findings
from meters.plausibility import Outcome, Verdict, check_submission
from notifications import operations as notifications

BATCH = 1000
_ONE_CHECKER = 0x6D657472  # an advisory lock: two batches never weigh the same meter at once


def check_waiting_submissions(*, at: datetime, limit: int = BATCH) -> int:
    """Judge everything that waits; returns how many. Safe to call at any time, by any number of workers."""
    total = 0
    while count := _check_batch(at, limit):
        total += count
    return total


@transaction.atomic(durable=True)
def _check_batch(at: datetime, limit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_CHECKER])
    waiting = (
        Submission.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status=Submission.Status.SUBMITTED)
        .select_related("account__supplier", "meter", "user")
        .prefetch_related("values__scale")
        .order_by("pk")[:limit]
    )
    first_of_meter: dict[int, Submission] = {}
    for submission in waiting:
        first_of_meter.setdefault(submission.meter_id, submission)
    batch = list(first_of_meter.values())
    if not batch:
        return 0
    on = timezone.localdate(at)
    verdicts = [(judged, _judge(judged)) for judged in gather_facts(batch, on=on)]
    _apply(verdicts, at)
    return len(batch)


def _judge(judged: Judged) -> Verdict:
    return check_submission(
        judged.meter,
        judged.typed,
        calendar=judged.calendar,
        others=judged.others,
        previous=judged.previous,
    )


def _apply(verdicts: Sequence[tuple[Judged, Verdict]], at: datetime) -> None:
    record_findings([(judged.submission, verdict) for judged, verdict in verdicts], verdicts[0][0].bases)
    accepted = [judged.submission for judged, verdict in verdicts if verdict.outcome is Outcome.ACCEPTED]
    questioned = [judged.submission for judged, verdict in verdicts if verdict.outcome is Outcome.NEEDS_CONFIRMATION]
    close_older(accepted=accepted, questioned=questioned)
    for judged, verdict in verdicts:
        submission = judged.submission
        submission.status = _STATUS[verdict.outcome]
        submission.needs_review = verdict.needs_review and verdict.outcome is Outcome.ACCEPTED
        submission.checked_at = at
    Submission.objects.bulk_update(
        [judged.submission for judged, _ in verdicts],
        ["status", "needs_review", "checked_at", "findings", "period", "supersedes"],
    )
    accept(accepted, at)
    for judged, verdict in verdicts:
        if verdict.outcome in (Outcome.NEEDS_CONFIRMATION, Outcome.BLOCKED):
            event = "questioned" if verdict.outcome is Outcome.NEEDS_CONFIRMATION else "refused"
            notifications.notify(
                user=judged.submission.user,
                event=f"meters/submission_{event}",
                context={"submission": judged.submission},
                url=judged.submission.get_absolute_url(),
                at=at,
            )


_STATUS = {
    Outcome.ACCEPTED: Submission.Status.SUBMITTED,  # until `accept` has made room for it
    Outcome.NEEDS_CONFIRMATION: Submission.Status.NEEDS_CONFIRMATION,
    Outcome.BLOCKED: Submission.Status.REFUSED,
    Outcome.DUPLICATE: Submission.Status.SUPERSEDED,
}
