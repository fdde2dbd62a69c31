"""What happens to rows when a submission is judged, accepted or given up. Inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from meters.models import Reading, Submission, SubmissionValue
from meters.plausibility import Verdict
from meters.queries.bases import Base


def record_findings(verdicts: Sequence[tuple[Submission, Verdict]], bases: Mapping[int, Base]) -> None:
    """Keep what the check found, and each value as understood beside the one it was compared with. One statement."""
    changed = []
    for submission, verdict in verdicts:
        submission.findings = [finding.as_json() for finding in verdict.findings]
        for value in submission.values.all():
            base = bases.get(value.scale_id, Base())
            value.value = verdict.values.get(value.scale.code)
            value.previous, value.previous_on = base.last_actual, base.last_actual_on
            value.use = verdict.uses.get(value.scale.code)
            changed.append(value)
    SubmissionValue.objects.bulk_update(changed, ["value", "previous", "previous_on", "use"])


def close_older(*, accepted: Sequence[Submission], questioned: Sequence[Submission] = ()) -> None:
    """Let new submissions take the place of what was sent for the same meter and bill and can still be changed.

    A questioned one replaces only earlier questions: what was accepted stands until the answer comes. Four statements.
    """
    new = {(row.meter_id, row.period): row in accepted for row in [*accepted, *questioned]}
    older = Submission.objects.filter(
        meter_id__in=[meter_id for meter_id, _ in new],
        status__in=[Submission.Status.NEEDS_CONFIRMATION, Submission.Status.ACCEPTED],
    ).exclude(pk__in=[row.pk for row in [*accepted, *questioned]])
    closing = [
        row.pk
        for row in older
        if (row.meter_id, row.period) in new
        and (new[row.meter_id, row.period] or row.status == Submission.Status.NEEDS_CONFIRMATION)
    ]
    if closing:
        Reading.objects.filter(submission_id__in=closing).delete()
        Submission.objects.filter(pk__in=closing).update(status=Submission.Status.SUPERSEDED, needs_review=False)


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
