"""The page on which staff decide about one questioned submission, and the way to the next."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from billing import queries as billing
from billing.calendar import name_month
from billing.models import Bill
from meters.bill_check import choose_lines
from meters.history_rows import show_value
from meters.models import Installation, Reading, Scale, Submission
from meters.quantities import format_quantity, round_use
from meters.queries import submissions as queries
from meters.queries.neighbours import Neighbours, get_neighbours
from meters.queries.places import Place
from meters.timeline import list_events
from meters.use_chart import UseChart, draw_use
from meters.verdicts import tell_submission

CHART_DAYS = timedelta(days=31 * 27)


@dataclass(frozen=True)
class LastBill:
    """What the last bill says of this meter, in words."""

    bill: Bill
    month: str
    rows: list[tuple[str, str]]


def describe_submission(submission: Submission) -> dict[str, Any]:
    """Everything staff decide by. The submission comes from `get_submission_for_staff`."""
    return {
        "submission": submission,
        "told": tell_submission(submission),
        "events": list_events(submission),
        "readings": queries.get_latest_readings(submission.meter_id),
        "chart": _draw_chart(submission),
        "last_bill": _get_last_bill(submission),
        "neighbours": [_tell(each, submission) for each in get_neighbours(submission)],
    }


def find_next(rows: QuerySet[Submission], submission: Submission) -> tuple[Submission | None, Submission | None]:
    """Those before and after it among all that wait, the oldest first; after the last comes the first."""
    waiting = rows.filter(needs_review=True).exclude(pk=submission.pk)
    place = Q(submitted_at=submission.submitted_at)
    later = waiting.filter(Q(submitted_at__gt=submission.submitted_at) | place & Q(pk__gt=submission.pk))
    earlier = waiting.filter(Q(submitted_at__lt=submission.submitted_at) | place & Q(pk__lt=submission.pk))
    after = later.order_by("submitted_at", "pk").first() or waiting.order_by("submitted_at", "pk").first()
    return earlier.order_by("-submitted_at", "-pk").first(), after


def _draw_chart(submission: Submission) -> UseChart | None:
    """Actual use month by month, without what is in question."""
    installation = (
        Installation.objects.filter(meter_id=submission.meter_id, account_id=submission.account_id)
        .select_related("meter")
        .order_by(F("removed_on").desc(nulls_first=True))
        .first()
    )
    if installation is None:
        return None
    scales = list(Scale.objects.filter(meter_id=submission.meter_id).order_by("code"))
    since = timezone.localdate(submission.submitted_at) - CHART_DAYS
    readings = Reading.objects.filter(meter_id=submission.meter_id, kind=Reading.Kind.ACTUAL, taken_on__gt=since)
    points = list(readings.exclude(submission=submission).order_by("scale_id", "taken_on"))
    return draw_use([Place(installation)], {submission.meter_id: scales}, points, {})


def _get_last_bill(submission: Submission) -> LastBill | None:
    lines = billing.get_last_bill_lines([submission.account_id]).get(submission.account_id, [])
    chosen = choose_lines(lines, submission.meter, is_only_meter=True)
    if not chosen:
        return None
    names = {value.scale.code: value.scale.name for value in submission.values.all()}
    rows = [
        (names.get(line.code, line.code), show_value(line.current, submission.meter) + _KINDS.get(line.kind, ""))
        for line in chosen
        if line.current is not None
    ]
    return LastBill(chosen[0].bill, f"{name_month(chosen[0].bill.period)} {chosen[0].bill.period.year}", rows)


def _tell(each: Neighbours, submission: Submission) -> tuple[str, str]:
    unit = next((value.scale.unit for value in submission.values.all()), "")
    median = format_quantity(round_use(each.median, submission.meter.digits_right or 0), unit)
    return each.name, f"обычно {median} за месяц; меньше, чем здесь, у {each.below} из {each.count}"


_KINDS = {"estimated": ", по среднему", "norm": ", по нормативу"}
