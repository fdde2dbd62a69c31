"""Accepted readings go to the billing system, and come back when it refuses them. Inside the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import QuerySet

from meters.models import Reading, Submission
from meters.operations.fates import lock_meters
from meters.plausibility import Finding, Severity
from notifications import operations as notifications

REFUSED_BY_SUPPLIER = "refused_by_supplier"


def get_periods_to_hand_over(supplier_id: int) -> list[date]:
    """The months billed for which accepted readings wait, earliest first."""
    return sorted(set(_get_ready(supplier_id).order_by().values_list("period", flat=True).distinct()))


def count_ready_to_hand_over(supplier_id: int) -> int:
    return _get_ready(supplier_id).count()


def count_waiting_for_staff(supplier_id: int) -> int:
    """Accepted, but not handed over until a person has looked."""
    return Submission.objects.filter(
        account__supplier_id=supplier_id, status=Submission.Status.ACCEPTED, needs_review=True
    ).count()


def hand_over_submissions(
    *, supplier_id: int, period: date, after_meter: int, limit: int, at: datetime
) -> list[Submission]:
    """The next accepted submissions of one month, by meter: from now on they are the supplier's.

    Ordered by meter, with account, meter, values in the order of their scales, and reviews.
    """
    ready = _get_ready(supplier_id).filter(period=period)
    meters = list(
        ready.filter(meter_id__gt=after_meter).order_by("meter_id").values_list("meter_id", flat=True)[:limit]
    )
    if not meters:
        return []
    lock_meters(meters)
    rows = ready.filter(meter_id__in=meters).order_by("meter_id").select_related("account", "meter")
    handed_over = list(rows.prefetch_related("values__scale", "reviews"))
    Submission.objects.filter(pk__in=[row.pk for row in handed_over]).update(
        status=Submission.Status.HANDED_OVER, handed_over_at=at
    )
    return handed_over


def take_back_submissions(*, refusals: Mapping[int, tuple[str, datetime]], at: datetime) -> set[int]:
    """The billing system refused these: by submission id the reason and when it was handed over.

    Their readings go, each resident hears why and can send again. What stands on a bill meanwhile is left alone.
    Returns the ids taken back.
    """
    wanted = Submission.objects.filter(pk__in=list(refusals), status=Submission.Status.HANDED_OVER)
    lock_meters(list(wanted.values_list("meter_id", flat=True)))
    rows = list(wanted.select_related("meter", "user"))
    for row in rows:
        reason, handed_over_at = refusals[row.pk]
        row.findings = [*row.findings, _note_refusal(reason, handed_over_at, at).as_json()]
        row.status, row.accepted_at, row.needs_review = Submission.Status.REFUSED, None, False
        row.handed_over_at, row.closed_at = None, at
    Reading.objects.filter(submission__in=rows).delete()
    Submission.objects.bulk_update(
        rows, ["findings", "status", "accepted_at", "needs_review", "handed_over_at", "closed_at"]
    )
    news = [
        notifications.News(
            row.user,
            {"submission": row, "reason": refusals[row.pk][0].rstrip(".")},
            row.get_absolute_url(),
            row.submitted_at,
        )
        for row in rows
    ]
    notifications.notify_all(event="meters/submission_returned", news=news, at=at)
    return {row.pk for row in rows}


def _get_ready(supplier_id: int) -> QuerySet[Submission]:
    return Submission.objects.filter(
        account__supplier_id=supplier_id, status=Submission.Status.ACCEPTED, needs_review=False
    )


def _note_refusal(reason: str, handed_over_at: datetime, at: datetime) -> Finding:
    figures = {"reason": reason, "handed_over_at": handed_over_at.isoformat(), "refused_at": at.isoformat()}
    return Finding(REFUSED_BY_SUPPLIER, (Severity.BLOCK,), figures=figures)
