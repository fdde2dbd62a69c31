"""Where meters stand: which of them a resident may see, and over which days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from billing.models import Link
from meters.models import Installation, Meter, Scale, Submission


@dataclass(frozen=True)
class Place:
    """A meter at a personal account. Of a meter that stood elsewhere too, only the days here are to be seen.

    `asks`: a submission waits for the resident's answer (known in lists only).
    """

    installation: Installation
    has_moved: bool = False
    asks: bool = False

    @property
    def meter(self) -> Meter:
        return self.installation.meter

    @property
    def seen_from(self) -> date | None:
        return self.installation.installed_on if self.has_moved else None

    @property
    def seen_until(self) -> date | None:
        return self.installation.removed_on if self.has_moved else None

    @property
    def is_present(self) -> bool:
        return self.installation.removed_on is None and self.meter.status != Meter.Status.REMOVED


@dataclass(frozen=True)
class Neighbourhood:
    """One meter of a resident: the link by which it is seen, and what stood in its place before and after."""

    link: Link
    place: Place
    scales: list[Scale]
    earlier: tuple[Place, ...]
    others_present: bool
    former: Place | None
    successor: Place | None
    scales_by_meter: dict[int, list[Scale]]


@dataclass(frozen=True)
class LastReading:
    """The newest reading of a scale; without one all but the scale is empty. Values in the unit of the scale."""

    scale_id: int
    code: str
    name: str
    unit: str
    value: Decimal | None
    taken_on: date | None
    kind: str
    source: str


def get_places(account_ids: Sequence[int]) -> dict[int, list[Place]]:
    """All meters that stand or stood at the personal accounts, present ones first. One statement."""
    elsewhere = Installation.objects.filter(meter=OuterRef("meter")).exclude(account=OuterRef("account"))
    asking = Submission.objects.filter(
        meter=OuterRef("meter"), account=OuterRef("account"), status=Submission.Status.NEEDS_CONFIRMATION
    )
    rows = (
        Installation.objects.filter(account_id__in=account_ids)
        .select_related("meter")
        .annotate(has_moved=Exists(elsewhere), asks=Exists(asking))
        .order_by("account_id", F("removed_on").desc(nulls_first=True), "installed_on", "pk")
    )
    places: dict[int, list[Place]] = {}
    for row in rows:
        places.setdefault(row.account_id, []).append(Place(row, row.has_moved, row.asks))
    return places


def get_neighbourhood(user: User, meter_id: int) -> Neighbourhood:
    """One meter with the others of its personal account. Three statements.

    Raises Link.DoesNotExist for a stranger's.
    """
    links = Link.objects.visible_to(user).filter(account__installations__meter_id=meter_id)
    link = (
        links.select_related("account__supplier", "group")
        .order_by(F("account__installations__removed_on").desc(nulls_first=True), "pk")
        .first()
    )
    if link is None:
        raise Link.DoesNotExist
    newest_first = F("removed_on").desc(nulls_first=True), F("installed_on").desc(nulls_last=True), "pk"
    rows = Installation.objects.filter(Q(account_id=link.account_id) | Q(meter_id=meter_id))
    installations = list(rows.select_related("meter").order_by(*newest_first))
    has_moved = any(row.account_id != link.account_id for row in installations)
    here = [row for row in installations if row.account_id == link.account_id]
    place = next(Place(row, has_moved) for row in here if row.meter_id == meter_id)
    others = [Place(row) for row in here if row.meter_id != meter_id]
    scales = _get_scales([row.meter_id for row in here])
    return Neighbourhood(
        link=link,
        place=place,
        scales=scales.get(meter_id, []),
        earlier=tuple(other for other in others if other.installation.removed_on is not None),
        others_present=any(other.is_present for other in others),
        former=_find_former(place, others, scales),
        successor=next((other for other in others if _find_former(other, [place, *others], scales) == place), None),
        scales_by_meter=scales,
    )


def _get_scales(meter_ids: Sequence[int]) -> dict[int, list[Scale]]:
    scales: dict[int, list[Scale]] = {}
    for scale in Scale.objects.filter(meter_id__in=meter_ids).order_by("meter_id", "code"):
        scales.setdefault(scale.meter_id, []).append(scale)
    return scales


def _find_former(place: Place, others: Sequence[Place], scales: dict[int, list[Scale]]) -> Place | None:
    """The meter whose place it took: removed before, best at the same spot, with the same scales, and lately."""
    installed_on = place.installation.installed_on
    if installed_on is None:
        return None

    def unlikeness(other: Place) -> tuple[bool, bool, int]:
        names = [[scale.name for scale in scales.get(each.meter.pk, [])] for each in (place, other)]
        gone_for = (installed_on - (other.installation.removed_on or installed_on)).days
        return other.meter.place != place.meter.place, names[0] != names[1], gone_for

    gone = [other for other in others if other != place and _was_removed_by(other, installed_on)]
    return min(gone, key=unlikeness, default=None)


def _was_removed_by(place: Place, day: date) -> bool:
    removed_on = place.installation.removed_on
    return removed_on is not None and removed_on <= day


# Index-only: (meter, taken_on DESC, scale) covers the value, kind and source.
_LAST = """
SELECT stand.n, scale.id, scale.code, scale.name, scale.unit, last.value, last.taken_on, last.kind, last.source
FROM unnest(%(meters)s::bigint[], %(since)s::date[], %(until)s::date[]) WITH ORDINALITY
  AS stand(meter_id, since, until, n)
JOIN meters_scale scale ON scale.meter_id = stand.meter_id
LEFT JOIN LATERAL (
  SELECT value, taken_on, kind, source FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND kind = ANY(%(kinds)s)
    AND taken_on >= coalesce(stand.since, '-infinity') AND taken_on <= coalesce(stand.until, 'infinity')
    AND taken_on < %(before)s
  ORDER BY taken_on DESC, kind, value DESC LIMIT 1
) last ON true
ORDER BY stand.n, scale.code
"""
ALL_KINDS = ("actual", "estimated", "norm")


def get_last_readings(
    places: Sequence[Place], *, before: date | None = None, kinds: Sequence[str] = ALL_KINDS
) -> list[list[LastReading]]:
    """The newest reading of each scale of each place, in the order of the places. One statement."""
    found: list[list[LastReading]] = [[] for _ in places]
    parameters: dict[str, Any] = {
        "meters": [place.meter.pk for place in places],
        "since": [place.seen_from for place in places],
        "until": [place.seen_until for place in places],
        "before": before or date.max,
        "kinds": list(kinds),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LAST, parameters)
        for n, scale_id, code, name, unit, value, taken_on, kind, source in cursor.fetchall():
            found[n - 1].append(LastReading(scale_id, code, name, unit, value, taken_on, kind or "", source or ""))
    return found
