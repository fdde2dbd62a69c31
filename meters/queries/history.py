"""Years of readings, a page at a time, and what was sent beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Min, Prefetch

from accounts.models import User
from billing import queries as billing
from billing.calendar import next_month
from billing.models import Link
from meters.history_filter import HistoryFilter
from meters.models import Reading, Scale, Submission, SubmissionValue
from meters.models.readings import ReadingQuerySet
from meters.queries.nicknames import name_meters
from meters.queries.places import LastReading, Place, get_last_readings, get_places

MONTHS = 12
"""So many months of monthly readings fit on a page, and twice as many of a meter with one scale."""

SLACK = 12
"""A few rows more, for months in which the supplier and the resident both said something."""

CHART_DAYS = 31 * 27
MOST_SUBMISSIONS = 200


@dataclass(frozen=True)
class MeterLine:
    """A meter in the list: where it stands, and what its scales last showed."""

    place: Place
    readings: list[LastReading]


@dataclass(frozen=True)
class LinkLine:
    link: Link
    meters: list[MeterLine]

    @property
    def has_info(self) -> bool:
        """Whether the supplier has told of a meter with its scales."""
        return any(line.readings for line in self.meters)


@dataclass(frozen=True)
class ReadingsPage:
    """Readings newest first. `older` is the day before which the next page begins, None on the last."""

    readings: list[Reading]
    submissions: list[Submission]
    before_page: dict[int, LastReading]
    older: date | None


def get_history(user: User) -> list[LinkLine]:
    """All meters of all linked accounts with their last readings. Four statements for any number of accounts."""
    links = billing.get_links(user)
    places = get_places([link.account_id for link in links])
    flat = [place for link in links for place in places.get(link.account_id, [])]
    name_meters(user, [place.meter for place in flat])
    last = {id(place): rows for place, rows in zip(flat, get_last_readings(flat), strict=True)}
    return [
        LinkLine(
            link,
            [MeterLine(place, last[id(place)]) for place in places.get(link.account_id, [])],
        )
        for link in links
    ]


def get_readings_page(
    user: User, place: Place, scales: Sequence[Scale], *, before: date | None, wanted: HistoryFilter
) -> ReadingsPage:
    """One page by keyset, cut between two days. At most four statements; the place must be the resident's."""
    rows = wanted.choose(get_visible_readings(user, place))
    if before:
        rows = rows.filter(taken_on__lt=before)
    size = MONTHS * max(len(scales), 2) + SLACK
    found = list(rows.order_by("-taken_on", "scale_id")[: size + 1])
    readings = _cut(found) if len(found) > size else found
    older = readings[-1].taken_on if len(readings) < len(found) else None
    submissions = _get_submissions(user, place, before=before, since=older, wanted=wanted)
    start = older or wanted.since
    earlier = get_last_readings([place], before=start, kinds=["actual"])[0] if start else []
    return ReadingsPage(readings, submissions, {row.scale_id: row for row in earlier if row.value is not None}, older)


def get_readings_until(user: User, place: Place, day: date, *, count: int = 60) -> list[Reading]:
    """The newest readings up to a day, newest first. One statement."""
    rows = get_visible_readings(user, place).filter(taken_on__lte=day)
    return list(rows.order_by("-taken_on", "scale_id")[:count])


def get_years(user: User, place: Place) -> list[int]:
    """The years of the first reading to the last, newest first. One statement."""
    days = get_visible_readings(user, place).aggregate(first=Min("taken_on"), last=Max("taken_on"))
    return list(range(days["last"].year, days["first"].year - 1, -1)) if days["last"] else []


def get_visible_readings(user: User, place: Place) -> ReadingQuerySet:
    """Readings of the days on which the meter stood where the resident may see it, in no order yet."""
    rows = Reading.objects.visible_to(user).filter(meter_id=place.meter.pk)
    if place.seen_from:
        rows = rows.filter(taken_on__gte=place.seen_from)
    if place.seen_until:
        rows = rows.filter(taken_on__lte=place.seen_until)
    return rows


def _cut(found: list[Reading]) -> list[Reading]:
    """Leave the last month to the next page, when it may be there in part; a crowded month is cut between days."""
    last = found[-1].taken_on
    whole = [row for row in found if row.taken_on >= next_month(last)]
    return whole or [row for row in found if row.taken_on > last] or found[:-1]


def _get_submissions(
    user: User, place: Place, *, before: date | None, since: date | None, wanted: HistoryFilter
) -> list[Submission]:
    if not wanted.has_submissions:
        return []
    rows = Submission.objects.visible_to(user).filter(meter_id=place.meter.pk, account_id=place.installation.account_id)
    if before:
        rows = rows.filter(taken_on__lt=before)
    if since:
        rows = rows.filter(taken_on__gte=since)
    if wanted.since and wanted.until:
        rows = rows.filter(taken_on__range=(wanted.since, wanted.until))
    values = Prefetch("values", SubmissionValue.objects.select_related("scale").order_by("scale__code"))
    return list(rows.prefetch_related(values).order_by("-submitted_at", "-pk")[:MOST_SUBMISSIONS])


def get_actual_points(user: User, places: Sequence[Place], *, until: date) -> list[Reading]:
    """Actual readings of somewhat more than two years up to a day: what use month by month is drawn from."""
    return list(
        Reading.objects.visible_to(user)
        .filter(
            meter_id__in=[place.meter.pk for place in places],
            kind=Reading.Kind.ACTUAL,
            taken_on__gt=until - timedelta(days=CHART_DAYS),
        )
        .order_by("meter_id", "scale_id", "taken_on")
    )
