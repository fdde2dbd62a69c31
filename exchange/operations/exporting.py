"""Accepted readings go out in batches, each submission once: a constraint holds that, not care."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max

from billing.models import Supplier
from exchange.models import ExportBatch, ExportedSubmission
from exchange.readings_out import compose_lines
from meters import operations as meters

LARGEST_BATCH = 50_000
"""Submissions in one batch: their meters are locked while it is gathered, which takes seconds."""
CHUNK = 2_000


def export_readings(*, supplier: Supplier, at: datetime) -> list[ExportBatch]:
    """Gather all accepted readings that no person still has to look at, by month, into new batches.

    From then on they are the supplier's; what a resident sends later goes to the next bill (domain.md 4,
    after_hand_over). Killed in between, the batches that are there are whole, and the rest waits.
    """
    batches: list[ExportBatch] = []
    for period in meters.get_periods_to_hand_over(supplier.pk):
        while batch := _gather_batch(supplier, period, at):
            batches.append(batch)
    return batches


@transaction.atomic(durable=True)
def _gather_batch(supplier: Supplier, period: date, at: datetime) -> ExportBatch | None:
    batch: ExportBatch | None = None
    _take_turns(supplier)
    after = 0
    while batch is None or batch.submissions < LARGEST_BATCH:
        rows = meters.hand_over_submissions(
            supplier_id=supplier.pk, period=period, after_meter=after, limit=CHUNK, at=at
        )
        if not rows:
            break
        after = rows[-1].meter_id
        batch = batch or ExportBatch.objects.create(
            supplier=supplier, number=_next_number(supplier), period=period, created_at=at
        )
        lines = {row.pk: compose_lines(row) for row in rows}
        ExportedSubmission.objects.bulk_create(
            ExportedSubmission(batch=batch, submission=row, lines="".join(lines[row.pk])) for row in rows
        )
        batch.submissions += len(rows)
        batch.rows += sum(len(found) for found in lines.values())
    if batch is not None:
        batch.save(update_fields=["submissions", "rows"])
    return batch


def _take_turns(supplier: Supplier) -> None:
    """Two who export for one supplier give two batches with numbers in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"export_readings:{supplier.code}"])


def _next_number(supplier: Supplier) -> int:
    last = ExportBatch.objects.filter(supplier=supplier).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
