"""What a new value is compared with: for any number of meters in the same few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, Max, OuterRef

from meters.daily_use import get_daily_use
from meters.models import Installation, Meter, Reading, Scale


class Moment(NamedTuple):
    """For which day and which bill (first of its month) the bases of a meter are wanted."""

    taken_on: date
    period: date


@dataclass(frozen=True)
class Base:
    """Of one scale: the last actual reading, the last reading of any kind, and the average use a day."""

    last_actual: Decimal | None = None
    last_actual_on: date | None = None
    last_actual_source: str = ""
    last: Decimal | None = None
    last_on: date | None = None
    last_kind: str = ""
    last_source: str = ""
    daily_use: Decimal | None = None


@dataclass(frozen=True)
class Known:
    """Scales by meter id in the order of their codes, and the bases of each by scale id."""

    scales: Mapping[int, list[Scale]]
    bases: Mapping[int, Base]


# Readings that a still changeable submission of the same period made are no base: a slip can be corrected.
_KNOWN = """
SELECT scale.id, scale.meter_id, scale.code, scale.name, scale.unit, scale.hours, scale.opening_value,
       scale.closing_value,
       actual.value, actual.taken_on, actual.source, newest.value, newest.taken_on, newest.kind, newest.source,
       first.value, first.taken_on
FROM unnest(%(meters)s::bigint[], %(days)s::date[], %(periods)s::date[]) AS wanted (meter_id, taken_on, period)
JOIN meters_scale scale ON scale.meter_id = wanted.meter_id
LEFT JOIN meters_submission own
  ON own.meter_id = scale.meter_id AND own.status = 'accepted' AND own.period = wanted.period
LEFT JOIN LATERAL (
  SELECT value, taken_on, source FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND kind = 'actual' AND taken_on <= wanted.taken_on
    AND (own.id IS NULL OR submission_id IS DISTINCT FROM own.id)
  ORDER BY taken_on DESC, value DESC LIMIT 1
) actual ON true
LEFT JOIN LATERAL (
  SELECT value, taken_on, kind, source FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND taken_on <= wanted.taken_on
    AND (own.id IS NULL OR submission_id IS DISTINCT FROM own.id)
  ORDER BY taken_on DESC, value DESC LIMIT 1
) newest ON true
LEFT JOIN LATERAL (
  SELECT value, taken_on FROM meters_reading
  WHERE meter_id = scale.meter_id AND scale_id = scale.id AND kind = 'actual'
    AND taken_on >= actual.taken_on - 366 AND taken_on < actual.taken_on
  ORDER BY taken_on, value LIMIT 1
) first ON true
ORDER BY scale.meter_id, scale.code
"""


def get_known(wanted: Mapping[int, Moment]) -> Known:
    """Scales and bases of meters, each for its own day and bill. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN,
            {
                "meters": list(wanted),
                "days": [moment.taken_on for moment in wanted.values()],
                "periods": [moment.period for moment in wanted.values()],
            },
        )
        rows = cursor.fetchall()
    scales: defaultdict[int, list[Scale]] = defaultdict(list)
    bases = {}
    for row in rows:
        pk, meter_id, code, name, unit, hours, opening, closing, *figures = row
        actual, actual_on, actual_source, last, last_on, kind, source, first, first_on = figures
        scales[meter_id].append(
            Scale(pk, meter_id, code, name, unit, hours, opening_value=opening, closing_value=closing)
        )
        year = [(first_on, first), (actual_on, actual)] if first is not None else []
        bases[pk] = Base(
            last_actual=actual,
            last_actual_on=actual_on,
            last_actual_source=actual_source or "",
            last=last,
            last_on=last_on,
            last_kind=kind or "",
            last_source=source or "",
            daily_use=get_daily_use(year),
        )
    return Known(dict(scales), bases)


def get_later_readings(days: Mapping[int, date]) -> dict[int, date]:
    """The day of the newest actual reading of each meter that has one after its given day. One statement, or none."""
    if not days:
        return {}
    rows = Reading.objects.filter(meter_id__in=list(days), kind=Reading.Kind.ACTUAL, taken_on__gt=min(days.values()))
    newest = rows.order_by().values_list("meter_id").annotate(newest=Max("taken_on"))
    return {meter_id: day for meter_id, day in newest if day > days[meter_id]}


def get_installed_meters(
    account_ids: Collection[int], on: date, *, or_last_removed: bool = False
) -> dict[int, list[Meter]]:
    """The meters at each personal account on a day, by account id. One statement.

    `or_last_removed`: where none is left, the one that was there last.
    """
    has_scales = Exists(Scale.objects.filter(meter=OuterRef("meter")))
    rows = Installation.objects.filter(account_id__in=account_ids).annotate(has_scales=has_scales)
    meters: defaultdict[int, list[Meter]] = defaultdict(list)
    removed: dict[int, Meter] = {}
    for row in rows.select_related("meter").order_by("account_id", "installed_on", "removed_on", "pk"):
        meter = row.meter
        meter.installed_on, meter.removed_on, meter.has_scales = row.installed_on, row.removed_on, row.has_scales
        if meter.status == Meter.Status.REMOVED or (row.removed_on is not None and row.removed_on <= on):
            removed[row.account_id] = meter
        else:
            meters[row.account_id].append(meter)
    if or_last_removed:
        return {account_id: [meter] for account_id, meter in removed.items()} | meters
    return dict(meters)


def get_accounts_taking_readings(account_ids: Collection[int], on: date) -> set[int]:
    """Which personal accounts have a meter with scales (`settings.ACCOUNTS_TAKING_READINGS`). One statement."""
    installed = get_installed_meters(account_ids, on)
    return {account_id for account_id, meters in installed.items() if takes_readings(meters)}


def takes_readings(installed: Iterable[Meter]) -> bool:
    """Whether the supplier has told of a meter with scales among those that stand at an account."""
    return any(meter.has_scales for meter in installed)
