"""Last year's readings, each with what was known before it and what became of it: of some meters, or of all in turn."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db.models import Max, Min, QuerySet

from billing.models import Supplier
from meters.daily_use import get_daily_use
from meters.models import Installation, Meter, Reading, ReadingReview, Scale, Submission
from meters.operations.facts import describe_meter
from meters.queries.bases import Base, Known
from meters.simulation import Case

YEAR = timedelta(days=366)
METERS, PLACES = 400, 40
"""So many meters say enough and are judged at once; they are taken from so many places of the table."""

Values = dict[str, Decimal]


@dataclass(frozen=True)
class Sample:
    """`meters` of `of` were looked at."""

    cases: list[Case]
    meters: int
    of: int


def get_past_readings(supplier: Supplier, on: date, *, meters: int = METERS) -> Sample:
    """The same meters on the same day, so that two thresholds are compared on the same readings. Six statements and
    one for each place."""
    chosen = _choose(supplier, on, meters)
    of = Meter.objects.filter(supplier=supplier, status=Meter.Status.ACTIVE)[: 10 * meters].count()
    return Sample(get_cases(chosen, on), len(chosen), of)


def get_meters_after(supplier_id: int, last_meter: int, *, count: int) -> list[Meter]:
    """The next meters of a supplier whose readings people type, those removed since too."""
    return list(_of_people(supplier_id).filter(pk__gt=last_meter).order_by("pk")[:count])


def count_meters(supplier_id: int) -> int:
    return _of_people(supplier_id).count()


def get_cases(meters: Sequence[Meter], on: date) -> list[Case]:
    """Readings of the year before `on`. Four statements for any number of meters."""
    ids = [meter.pk for meter in meters]
    scales: dict[int, list[Scale]] = defaultdict(list)
    for scale in Scale.objects.filter(meter_id__in=ids).order_by("meter_id", "code"):
        scales[scale.meter_id].append(scale)
    read: dict[int, dict[date, Values]] = defaultdict(lambda: defaultdict(dict))
    rows = Reading.objects.filter(
        meter_id__in=ids, kind=Reading.Kind.ACTUAL, taken_on__gt=on - 2 * YEAR, taken_on__lte=on
    )
    for meter_id, code, day, value in rows.values_list("meter_id", "scale__code", "taken_on", "value"):
        read[meter_id][day][code] = value
    wrong = _get_wrong(ids, on)
    places = Installation.objects.filter(meter_id__in=ids).order_by("installed_on", "pk")
    services = dict(places.values_list("meter_id", "account__service"))
    return [
        case
        for meter in meters
        if scales[meter.pk]
        for case in _list_cases(
            meter, scales[meter.pk], read[meter.pk], wrong[meter.pk], services.get(meter.pk, "electricity"), on
        )
    ]


def _of_people(supplier_id: int) -> QuerySet[Meter]:
    return Meter.objects.filter(supplier_id=supplier_id).exclude(status=Meter.Status.AUTOMATIC)


def _choose(supplier: Supplier, on: date, count: int) -> list[Meter]:
    """From places spread over the whole table by a chance that is the same all day."""
    active = Meter.objects.filter(supplier=supplier, status=Meter.Status.ACTIVE)
    ends = active.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return []
    random, found = Random(on.toordinal()), {}  # noqa: S311 - a sample, no secret
    for _ in range(PLACES):
        start = random.randint(ends["first"], ends["last"])
        for meter in active.filter(pk__gte=start).order_by("pk")[: count // PLACES]:
            found[meter.pk] = meter
    if len(found) < count // 2:  # a small supplier: all of them, or the first
        found |= {meter.pk: meter for meter in active.order_by("pk")[:count]}
    return [found[pk] for pk in sorted(found)][:count]


def _get_wrong(ids: Sequence[int], on: date) -> dict[int, list[tuple[date, Values]]]:
    """What residents sent and staff refused, or the resident replaced by other values."""
    rows = Submission.objects.filter(
        meter_id__in=ids,
        taken_on__range=(on - YEAR, on),
        status__in=[Submission.Status.REFUSED, Submission.Status.SUPERSEDED],
    ).prefetch_related("values__scale", "reviews", "superseded_by")
    found: dict[int, list[tuple[date, Values]]] = defaultdict(list)
    for row in rows:
        by_staff = any(review.decision != ReadingReview.Decision.ACCEPT for review in row.reviews.all())
        if not by_staff and not row.superseded_by.all():
            continue
        values = {value.scale.code: value.value for value in row.values.all() if value.value is not None}
        if values:
            found[row.meter_id].append((row.taken_on, values))
    return found


def _list_cases(
    meter: Meter,
    scales: Sequence[Scale],
    read: dict[date, Values],
    wrong: Iterable[tuple[date, Values]],
    service: str,
    on: date,
) -> Iterable[Case]:
    codes = {scale.code for scale in scales}
    days = sorted(day for day, values in read.items() if codes <= set(values))
    for place, day in enumerate(days[1:], start=1):
        if day > on - YEAR:
            later = read[days[place + 1]] if place + 1 < len(days) else None
            is_undone = later is not None and any(later[code] < read[day][code] for code in codes)
            yield _make_case(meter, scales, read, days[:place], read[day], day, service, was_wrong=is_undone)
    for day, values in wrong:
        before = [each for each in days if each < day]
        if before and codes <= set(values):
            yield _make_case(meter, scales, read, before, values, day, service, was_wrong=True)


def _make_case(
    meter: Meter,
    scales: Sequence[Scale],
    read: dict[date, Values],
    before: Sequence[date],
    values: Values,
    day: date,
    service: str,
    *,
    was_wrong: bool,
) -> Case:
    last = before[-1]
    first = next(each for each in before if each >= last - YEAR)
    bases = {
        scale.pk: Base(
            last_actual=read[last][scale.code],
            last_actual_on=last,
            daily_use=get_daily_use((each, read[each][scale.code]) for each in {first, last}),
        )
        for scale in scales
    }
    facts = describe_meter(meter, Known({meter.pk: list(scales)}, bases), [], service, None)
    facts = replace(facts, status=Meter.Status.ACTIVE)  # as it was then, though it may be gone by now
    return Case(facts, {code: f"{value:f}" for code, value in values.items()}, day, was_wrong)
