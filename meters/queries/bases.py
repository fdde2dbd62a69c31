"""What a new value is compared with: for any number of meters in the same few statements."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from meters.daily_use import get_daily_use
from meters.models import Installation, Meter, Scale


@dataclass(frozen=True)
class Base:
    """Of one scale: the last actual reading, the last reading of any kind, and the average use a day."""

    last_actual: Decimal | None = None
    last_actual_on: date | None = None
    last: Decimal | None = None
    last_on: date | None = None
    last_kind: str = ""
    last_source: str = ""
    daily_use: Decimal | None = None


# Readings that a still changeable submission of the same period made are no base: a slip can be corrected.
_BASES = """
SELECT scale.id, actual.value, actual.taken_on, newest.value, newest.taken_on, newest.kind, newest.source,
       first.value, first.taken_on
FROM meters_scale scale
LEFT JOIN meters_submission own
  ON own.meter_id = scale.meter_id AND own.status = 'accepted' AND own.period = %(period)s
LEFT JOIN LATERAL (
  SELECT value, taken_on FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND kind = 'actual' AND taken_on <= %(on)s
    AND (own.id IS NULL OR submission_id IS DISTINCT FROM own.id)
  ORDER BY taken_on DESC, value DESC LIMIT 1
) actual ON true
LEFT JOIN LATERAL (
  SELECT value, taken_on, kind, source FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND taken_on <= %(on)s
    AND (own.id IS NULL OR submission_id IS DISTINCT FROM own.id)
  ORDER BY taken_on DESC, value DESC LIMIT 1
) newest ON true
LEFT JOIN LATERAL (
  SELECT value, taken_on FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND kind = 'actual'
    AND taken_on >= actual.taken_on - 366 AND taken_on < actual.taken_on
  ORDER BY taken_on, value LIMIT 1
) first ON true
WHERE scale.meter_id = ANY(%(meters)s)
"""


def get_bases(meter_ids: Collection[int], *, on: date, period: date) -> dict[int, Base]:
    """Bases by scale id, as known on a day, for a submission that enters the bill of `period`. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BASES, {"meters": list(meter_ids), "on": on, "period": period})
        rows = cursor.fetchall()
    bases = {}
    for scale_id, actual, actual_on, last, last_on, kind, source, first, first_on in rows:
        year = [(first_on, first), (actual_on, actual)] if first is not None else []
        bases[scale_id] = Base(
            last_actual=actual,
            last_actual_on=actual_on,
            last=last,
            last_on=last_on,
            last_kind=kind or "",
            last_source=source or "",
            daily_use=get_daily_use(year),
        )
    return bases


def get_installed_meters(account_ids: Collection[int], on: date) -> dict[int, list[Meter]]:
    """The meters at each personal account on a day, by account id. A removed one only while no other took its place."""
    rows = (
        Installation.objects.filter(account_id__in=account_ids)
        .filter(Q(removed_on=None) | Q(removed_on__gt=on))
        .exclude(meter__status=Meter.Status.REMOVED)
        .select_related("meter")
        .order_by("account_id", "installed_on", "pk")
    )
    meters: defaultdict[int, list[Meter]] = defaultdict(list)
    for row in rows:
        row.meter.installed_on = row.installed_on
        meters[row.account_id].append(row.meter)
    return dict(meters)


def get_scales(meter_ids: Collection[int]) -> dict[int, list[Scale]]:
    """Scales by meter id, in the order of their codes. One statement."""
    scales: defaultdict[int, list[Scale]] = defaultdict(list)
    for scale in Scale.objects.filter(meter_id__in=meter_ids).order_by("meter_id", "code"):
        scales[scale.meter_id].append(scale)
    return dict(scales)


def get_accounts_taking_readings(account_ids: Collection[int], on: date) -> set[int]:
    """Which personal accounts have a meter with scales (`settings.ACCOUNTS_TAKING_READINGS`)."""
    rows = Installation.objects.filter(account_id__in=account_ids, meter__scales__isnull=False)
    rows = rows.filter(Q(removed_on=None) | Q(removed_on__gt=on)).exclude(meter__status=Meter.Status.REMOVED)
    return set(rows.values_list("account_id", flat=True))
