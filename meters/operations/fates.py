"""What happens to rows when a submission is judged, accepted or given up. Inside the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from meters.models import Reading, Submission, SubmissionValue
from meters.plausibility import Verdict
from meters.queries.bases import Base


def record_findings(submission: Submission, verdict: Verdict, bases: Mapping[int, Base], at: datetime) -> None:
    """Keep what the check found, and each value as understood beside the one it was compared with."""
    submission.findings = [finding.as_json() for finding in verdict.findings]
    values = list(submission.values.all())
    for value in values:
        base = bases.get(value.scale_id, Base())
        value.value = verdict.values.get(value.scale.code)
        value.previous, value.previous_on = base.last_actual, base.last_actual_on
        value.use = verdict.uses.get(value.scale.code)
    SubmissionValue.objects.bulk_update(values, ["value", "previous", "previous_on", "use"])


def close_older(newer: Sequence[Submission], *, keep_accepted: Collection[Submission]) -> None:
    """Let a new submission take the place of what was sent for the same meter and bill and can still be changed.

    A questioned submission replaces only earlier questions: what was accepted stands until the answer comes.
    """
    for submission in newer:
        statuses = [Submission.Status.NEEDS_CONFIRMATION]
        if submission not in keep_accepted:
            statuses.append(Submission.Status.ACCEPTED)
        older = Submission.objects.filter(
            meter_id=submission.meter_id, period=submission.period, status__in=statuses
        ).exclude(pk=submission.pk)
        ids = list(older.values_list("pk", flat=True))
        if ids:
            Reading.objects.filter(submission_id__in=ids).delete()
            Submission.objects.filter(pk__in=ids).update(status=Submission.Status.SUPERSEDED, needs_review=False)


def accept(submissions: Sequence[Submission], at: datetime) -> None:
    """The values become readings, and the receipt stands. `close_older` has made room before."""
    if not submissions:
        return
    for submission in submissions:
        submission.status = Submission.Status.ACCEPTED
        submission.accepted_at = at
    Submission.objects.bulk_update(submissions, ["status", "accepted_at"])
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


def give_up(submission: Submission, status: Submission.Status) -> None:
    """Withdraw or refuse: the readings it made go, the submission stays."""
    Reading.objects.filter(submission=submission).delete()
    submission.status = status
    submission.needs_review = False
    submission.save(update_fields=["status", "needs_review"])
