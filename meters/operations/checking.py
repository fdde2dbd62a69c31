"""The worker's check of what was sent, in batches: claimed, judged by the pure rules, written back together.

The table is the queue. Killed anywhere, the transaction is gone and the rows wait as before (domain.md 4).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from meters.models import Meter, Submission
from meters.operations.facts import Judged, gather_facts
from meters.operations.fates import close_older, note_verdict, write_readings, write_verdicts
from meters.plausibility import Outcome, Thresholds, Verdict, check_submission
from meters.queries.submissions import CLOSED
from meters.queries.thresholds import get_thresholds
from notifications import operations as notifications

BATCH = 1000
# What the rules could raise over facts nobody foresaw; a database that fails is another matter and rises.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
log = structlog.get_logger()


def check_waiting_submissions(*, at: datetime, limit: int = BATCH, batches: int | None = None) -> int:
    """Judge everything that waits, or so many batches of it; returns how many. Safe to call at any time, by any number
    of workers.

    A submission the rules stumble over waits for the next sweep and is told in the log; it does not hold up the others.
    """
    waiting = Submission.objects.filter(status=Submission.Status.SUBMITTED)
    total = 0
    for _ in count() if batches is None else range(batches):
        try:
            judged = _check_batch(at, limit, waiting)
        except _STUMBLES:
            judged, stuck = _check_one_by_one(at, limit, waiting)
            if not judged and not stuck:
                raise
            waiting = waiting.exclude(pk__in=stuck)
        else:
            if not judged:
                break
        total += judged
    return total


def _check_one_by_one(at: datetime, limit: int, waiting: QuerySet[Submission]) -> tuple[int, list[int]]:
    """The same batch, each submission for itself; returns how many were judged, and which could not be."""
    judged, stuck = 0, []
    for pk in list(waiting.order_by("submitted_at", "pk").values_list("pk", flat=True)[:limit]):
        try:
            judged += _check_batch(at, 1, waiting.filter(pk=pk))
        except _STUMBLES:
            log.exception("submission_not_judged", submission_id=pk)
            stuck.append(pk)
    return judged, stuck


@transaction.atomic(durable=True)
def _check_batch(at: datetime, limit: int, waiting: QuerySet[Submission]) -> int:
    batch = _claim(limit, waiting)
    if not batch:
        return 0
    judged = gather_facts(batch, on=timezone.localdate(at))
    thresholds = get_thresholds({row.account.supplier_id for row in batch})
    _apply([(row, _judge(row, thresholds.get(row.submission.account.supplier_id))) for row in judged], at)
    return len(batch)


def _claim(limit: int, waiting: QuerySet[Submission]) -> list[Submission]:
    """The oldest waiting submission of each of at most `limit` meters that nobody else is deciding about."""
    meters = (
        Meter.objects.filter(pk__in=waiting.order_by("submitted_at").values("meter_id")[:limit])
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True)
    )
    claimed = list(meters.values_list("pk", flat=True))
    if not claimed:
        return []
    first = waiting.filter(meter_id__in=claimed).order_by("meter_id", "pk").distinct("meter_id")
    return list(first.select_related("account__supplier", "meter", "user").prefetch_related("values__scale"))


def _judge(judged: Judged, thresholds: Thresholds | None) -> Verdict:
    return check_submission(
        judged.meter,
        judged.typed,
        calendar=judged.calendar,
        others=judged.others,
        previous=judged.previous,
        thresholds=thresholds,
    )


def _apply(verdicts: Sequence[tuple[Judged, Verdict]], at: datetime) -> None:
    for judged, verdict in verdicts:
        submission = judged.submission
        note_verdict(submission, verdict, judged.bases)
        submission.status = _STATUS[verdict.outcome]
        submission.checked_at = at
        submission.closed_at = at if submission.status in CLOSED else None
        if verdict.outcome is Outcome.ACCEPTED:
            submission.accepted_at = at
            submission.needs_review = verdict.needs_review
    batch = [judged.submission for judged, _ in verdicts]
    accepted = [row for row in batch if row.status == Submission.Status.ACCEPTED]
    questioned = [row for row in batch if row.status == Submission.Status.NEEDS_CONFIRMATION]
    close_older(accepted=accepted, questioned=questioned, at=at)
    write_verdicts(batch)
    write_readings(accepted)
    for status, event in _EVENTS.items():
        news = [
            notifications.News(row.user, {"submission": row}, row.get_absolute_url(), row.submitted_at)
            for row in batch
            if row.status == status
        ]
        notifications.notify_all(event=event, news=news, at=at)


_STATUS = {
    Outcome.ACCEPTED: Submission.Status.ACCEPTED,
    Outcome.NEEDS_CONFIRMATION: Submission.Status.NEEDS_CONFIRMATION,
    Outcome.BLOCKED: Submission.Status.REFUSED,
    Outcome.DUPLICATE: Submission.Status.SUPERSEDED,
}
_EVENTS: dict[str, str] = {
    Submission.Status.NEEDS_CONFIRMATION: "meters/submission_questioned",
    Submission.Status.REFUSED: "meters/submission_refused",
}
