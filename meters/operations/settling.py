"""What became of submissions: they stand on the bill of their month, or it says something else."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from billing import queries as billing
from meters.billed_values import Fate, SentValue, ValueOnBill, compare_with_bill
from meters.models import Submission
from meters.operations.fates import lock_meters
from meters.serials import normalise_serial
from notifications import operations as notifications

BATCH = 1000
LOOKED_BACK = timedelta(days=400)
"""A bill that comes or is corrected later than that settles nothing any more."""
_AWAITS_BILL = (Submission.Status.ACCEPTED, Submission.Status.HANDED_OVER)
_Place = tuple[int, date, str]
"""Personal account, month, serial normalised."""
_WRITE = """
UPDATE meters_submission AS row
SET status = new.status, billed_at = new.billed_at, billed_otherwise = new.billed_otherwise::jsonb
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[]) AS new (id, status, billed_at, billed_otherwise)
WHERE row.id = new.id
"""


@dataclass(frozen=True)
class Settled:
    """How many are counted and how many billed otherwise, news only; `last` is where to go on, None at the end."""

    counted: int
    otherwise: int
    last: int | None


def mark_billed_submissions(*, supplier_id: int, at: datetime) -> int:
    """Everything of a supplier that waits for its bill, in batches; how many are counted in it. Safe to run twice."""
    counted, after = 0, 0
    while True:
        settled = settle_waiting(supplier_id=supplier_id, after=after, at=at)
        counted += settled.counted
        if settled.last is None:
            return counted
        after = settled.last


@transaction.atomic(durable=True)
def settle_waiting(*, supplier_id: int, after: int, at: datetime) -> Settled:
    """The next batch, by id, of what waits for its bill: «Учтено в счёте за …», or «В счёте другое значение».

    What a bill does not speak of goes on waiting. Each resident hears of each change once.
    """
    waiting = Submission.objects.filter(status__in=_AWAITS_BILL, period__gte=(at - LOOKED_BACK).date())
    return _settle(waiting, supplier_id, after, at)


@transaction.atomic(durable=True)
def settle_counted(*, supplier_id: int, period: date, after: int, at: datetime) -> Settled:
    """The next batch of what was counted in the bills of one month, which may have been corrected since."""
    counted = Submission.objects.filter(status=Submission.Status.BILLED, period=period)
    return _settle(counted, supplier_id, after, at)


def _settle(wanted: QuerySet[Submission], supplier_id: int, after: int, at: datetime) -> Settled:
    wanted = wanted.filter(account__supplier_id=supplier_id)
    ids = list(wanted.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return Settled(0, 0, None)
    lock_meters(list(wanted.filter(pk__in=ids).values_list("meter_id", flat=True)))
    rows = list(wanted.filter(pk__in=ids).select_related("meter", "user").prefetch_related("values__scale"))
    bills = _read_bills(rows)
    counted, otherwise, silent = [], [], []
    for row in rows:
        number, lines = bills.get((row.account_id, row.period, row.meter.serial_key), ("", {}))
        fate = compare_with_bill(_list_sent(row), lines)
        said = _tell_otherwise(fate, number, at)
        if fate.is_counted:
            if row.status != Submission.Status.BILLED:
                row.status, row.billed_at, row.billed_otherwise = Submission.Status.BILLED, at, None
                counted.append(row)
        elif said and said["scales"] != (row.billed_otherwise or {}).get("scales"):
            row.status, row.billed_at, row.billed_otherwise = _without_bill(row), None, said
            otherwise.append(row)
        elif not said and row.billed_otherwise is not None:
            row.billed_otherwise = None
            silent.append(row)
    _write([*counted, *otherwise, *silent])
    for event, news in (("meters/submission_billed", counted), ("meters/submission_billed_otherwise", otherwise)):
        told = [
            notifications.News(row.user, {"submission": row}, row.get_absolute_url(), row.submitted_at) for row in news
        ]
        notifications.notify_all(event=event, news=told, at=at)
    return Settled(len(counted), len(otherwise), ids[-1])


def _without_bill(row: Submission) -> Submission.Status:
    """Counted once and no more: it is the supplier's all the same."""
    is_counted = row.status == Submission.Status.BILLED
    return Submission.Status.HANDED_OVER if is_counted else Submission.Status(row.status)


def _list_sent(row: Submission) -> list[SentValue]:
    values = sorted(row.values.all(), key=lambda value: value.scale.code)
    return [
        SentValue(value.scale.code, value.scale.name, value.scale.unit, value.value)
        for value in values
        if value.value is not None
    ]


def _read_bills(rows: Sequence[Submission]) -> Mapping[_Place, tuple[str, Mapping[str, Sequence[ValueOnBill]]]]:
    """Number of the bill and the values on it by code, for each meter it names."""
    numbers: dict[_Place, str] = {}
    found: defaultdict[_Place, defaultdict[str, list[ValueOnBill]]] = defaultdict(lambda: defaultdict(list))
    for line in billing.get_lines_of_months({(row.account_id, row.period) for row in rows}):
        if line.current is not None:
            place = (line.bill.account_id, line.bill.period, normalise_serial(line.serial))
            found[place][line.code].append(ValueOnBill(line.current, line.kind))
            numbers[place] = line.bill.number
    return {place: (numbers[place], lines) for place, lines in found.items()}


def _tell_otherwise(fate: Fate, number: str, at: datetime) -> dict[str, Any] | None:
    if not fate.others:
        return None
    scales = [
        {
            "code": other.sent.code,
            "name": other.sent.name,
            "unit": other.sent.unit,
            "sent": f"{other.sent.value.normalize():f}",
            "billed": f"{other.billed.value.normalize():f}",
            "kind": other.billed.kind,
        }
        for other in fate.others
    ]
    return {"bill": number, "at": at.isoformat(), "scales": scales}


def _write(rows: Sequence[Submission]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                [row.pk for row in rows],
                [str(row.status) for row in rows],
                [row.billed_at for row in rows],
                [json.dumps(row.billed_otherwise) if row.billed_otherwise else None for row in rows],
            ],
        )
