"""What happens to rows when submissions are judged, accepted or given up. Inside the caller's transaction.

Whoever changes a submission holds the lock of its meter (`lock_meters`): one meter, one decision at a time.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from meters.models import Meter, Reading, Submission, SubmissionValue
from meters.plausibility import Verdict
from meters.queries.bases import Base
from meters.queries.submissions import CLOSED

_WRITE_SUBMISSIONS = """
UPDATE meters_submission AS row
SET status = new.status, needs_review = new.needs_review, checked_at = new.checked_at, accepted_at = new.accepted_at,
    closed_at = new.closed_at, period = new.period, supersedes_id = new.supersedes_id, findings = new.findings::jsonb
FROM unnest(%s::bigint[], %s::text[], %s::bool[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
            %s::date[], %s::bigint[], %s::text[])
  AS new (id, status, needs_review, checked_at, accepted_at, closed_at, period, supersedes_id, findings)
WHERE row.id = new.id
"""
_WRITE_VALUES = """
UPDATE meters_submissionvalue AS row
SET value = new.value, previous = new.previous, previous_on = new.previous_on, use = new.use
FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::date[], %s::numeric[])
  AS new (id, value, previous, previous_on, use)
WHERE row.id = new.id
"""


def lock_meters(meter_ids: Collection[int]) -> None:
    """Let nobody else decide about the submissions of these meters until the transaction ends."""
    rows = Meter.objects.filter(pk__in=meter_ids).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))


def note_verdict(submission: Submission, verdict: Verdict, bases: Mapping[int, Base]) -> None:
    """Keep what the check found, and each value as understood beside the one it was compared with; writes nothing."""
    submission.findings = [finding.as_json() for finding in verdict.findings]
    for value in submission.values.all():
        base = bases.get(value.scale_id, Base())
        value.value = verdict.values.get(value.scale.code)
        value.previous, value.previous_on = base.last_actual, base.last_actual_on
        value.use = verdict.uses.get(value.scale.code)


def write_verdicts(submissions: Sequence[Submission]) -> None:
    """All that a check changes, in two statements however many there are."""
    values: list[SubmissionValue] = [value for row in submissions for value in row.values.all()]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE_SUBMISSIONS,
            [
                [row.pk for row in submissions],
                [str(row.status) for row in submissions],
                [row.needs_review for row in submissions],
                [row.checked_at for row in submissions],
                [row.accepted_at for row in submissions],
                [row.closed_at for row in submissions],
                [row.period for row in submissions],
                [row.supersedes_id for row in submissions],
                [json.dumps(row.findings) for row in submissions],
            ],
        )
        cursor.execute(
            _WRITE_VALUES,
            [
                [value.pk for value in values],
                [value.value for value in values],
                [value.previous for value in values],
                [value.previous_on for value in values],
                [value.use for value in values],
            ],
        )


def close_older(*, accepted: Sequence[Submission], questioned: Sequence[Submission] = (), at: datetime) -> None:
    """Let new submissions take the place of what was sent for the same meter and bill and can still be changed.

    A questioned one replaces only earlier questions: what was accepted stands until the answer comes. What is accepted
    ends questions about earlier days too, whatever their bill: answered later, they would run backwards. A newcomer
    says what it supersedes. At most three statements.
    """
    settled = {row.meter_id: row for row in accepted}
    newcomers = {(row.meter_id, row.period): row for row in [*questioned, *accepted]}
    taking_all = {row.pk for row in accepted}
    older = Submission.objects.filter(
        meter_id__in=[meter_id for meter_id, _ in newcomers],
        status__in=[Submission.Status.NEEDS_CONFIRMATION, Submission.Status.ACCEPTED],
    ).exclude(pk__in=[row.pk for row in newcomers.values()])
    closing = []
    for row in older.order_by("pk"):
        is_question = row.status == Submission.Status.NEEDS_CONFIRMATION
        newcomer = newcomers.get((row.meter_id, row.period))
        if newcomer is None and is_question and row.meter_id in settled:
            newcomer = settled[row.meter_id] if settled[row.meter_id].taken_on >= row.taken_on else None
        if newcomer is None:
            continue
        if is_question or newcomer.pk in taking_all:
            newcomer.supersedes_id = newcomer.supersedes_id or row.pk
            closing.append(row.pk)
    if closing:
        Reading.objects.filter(submission_id__in=closing).delete()
        Submission.objects.filter(pk__in=closing).update(
            status=Submission.Status.SUPERSEDED, needs_review=False, closed_at=at
        )


def write_readings(submissions: Sequence[Submission]) -> None:
    """The values become readings. `close_older` has made room before. One statement."""
    Reading.objects.bulk_create(
        [
            Reading(
                meter_id=submission.meter_id,
                scale_id=value.scale_id,
                taken_on=submission.taken_on,
                value=value.value,
                kind=Reading.Kind.ACTUAL,
                source=Reading.Source.RESIDENT,
                submission=submission,
            )
            for submission in submissions
            for value in submission.values.all()
            if value.value is not None
        ],
        update_conflicts=True,
        unique_fields=["scale", "taken_on", "source"],
        update_fields=["value", "kind", "submission"],
    )


def give_up(submission: Submission, status: Submission.Status, *, at: datetime) -> None:
    """Withdraw, refuse or ask: the readings it made go, the submission stays."""
    Reading.objects.filter(submission=submission).delete()
    submission.status = status
    submission.needs_review = False
    submission.accepted_at = None
    submission.closed_at = at if status in CLOSED else None
    submission.save(update_fields=["status", "needs_review", "accepted_at", "closed_at"])
