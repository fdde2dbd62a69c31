"""What became of accepted readings: they stand on the bill of their month."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from billing import queries as billing
from meters.models import Submission
from meters.operations.fates import lock_meters
from meters.serials import normalise_serial
from notifications import operations as notifications

BATCH = 1000
_Place = tuple[int, date, str, str]
"""Personal account, month, serial normalised, code of the scale."""


def mark_billed_submissions(*, supplier_id: int, at: datetime) -> int:
    """After an import: what stands on the bill of its month is «Учтено в счёте за …». Returns how many.

    Safe to run twice and to be stopped: it goes in batches, each whole.
    """
    settled, after = 0, 0
    while True:
        count, last = _mark_batch(supplier_id, after, at)
        settled += count
        if last is None:
            return settled
        after = last


@transaction.atomic(durable=True)
def _mark_batch(supplier_id: int, after: int, at: datetime) -> tuple[int, int | None]:
    """How many are settled, and where to go on."""
    waiting = Submission.objects.filter(
        account__supplier_id=supplier_id, status__in=[Submission.Status.ACCEPTED, Submission.Status.HANDED_OVER]
    )
    ids = list(waiting.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return 0, None
    lock_meters(list(waiting.filter(pk__in=ids).values_list("meter_id", flat=True)))
    rows = list(waiting.filter(pk__in=ids).select_related("meter", "user").prefetch_related("values__scale"))
    billed = _read_bills(rows)
    settled = [row for row in rows if _stands_on_bill(row, billed)]
    news = [(row.user, {"submission": row}, row.get_absolute_url()) for row in settled]
    notifications.notify_all(event="meters/submission_billed", news=news, at=at)
    Submission.objects.filter(pk__in=[row.pk for row in settled]).update(status=Submission.Status.BILLED)
    return len(settled), ids[-1]


def _read_bills(rows: list[Submission]) -> dict[_Place, set[Decimal]]:
    if not rows:
        return {}
    found: defaultdict[_Place, set[Decimal]] = defaultdict(set)
    for line in billing.get_bill_lines({row.account_id for row in rows}, min(row.period for row in rows)):
        if line.current is not None:
            place = (line.bill.account_id, line.bill.period, normalise_serial(line.serial), line.code)
            found[place].add(line.current)
    return found


def _stands_on_bill(row: Submission, billed: dict[_Place, set[Decimal]]) -> bool:
    """Every scale of the submission, with the value that was sent."""
    values = list(row.values.all())
    return bool(values) and all(
        value.value in billed.get((row.account_id, row.period, row.meter.serial_key, value.scale.code), ())
        for value in values
    )
