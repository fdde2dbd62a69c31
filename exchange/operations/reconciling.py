"""The figures of the reconciliation are counted by a worker and kept; staff ask for them to be counted anew."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from billing.models import Supplier
from exchange.figures import FIGURES
from exchange.models import Reconciliation
from notifications import hints

TASK = "exchange.tasks.count_reconciliations"
STALE = timedelta(hours=1)
MONTHS = 3
"""This month and those before it are counted by themselves; older ones when somebody asks."""


@transaction.atomic(durable=True)
def ask_for_reconciliation(*, supplier_id: int, period: date, at: datetime) -> Reconciliation:
    """Have it counted as soon as a worker is free; asked twice while it waits, it is counted once."""
    row, is_new = Reconciliation.objects.get_or_create(
        supplier_id=supplier_id, period=period.replace(day=1), defaults={"wanted_at": at}
    )
    if not is_new and not row.is_waiting:
        row.wanted_at = at
        row.save(update_fields=["wanted_at"])
    hints.send_hint_on_commit(TASK)
    return row


def plan_reconciliations(*, at: datetime) -> None:
    """Every supplier's latest months stand in the list, and are counted again once an hour."""
    month = timezone.localdate(at).replace(day=1)
    months = [month]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    Reconciliation.objects.bulk_create(
        [
            Reconciliation(supplier_id=supplier_id, period=period, wanted_at=at)
            for supplier_id in Supplier.objects.order_by("pk").values_list("pk", flat=True)
            for period in months
        ],
        ignore_conflicts=True,
    )
    stale = Reconciliation.objects.filter(period__in=months, counted_at__lte=at - STALE)
    stale.filter(wanted_at__lte=F("counted_at")).update(wanted_at=at)


@transaction.atomic(durable=True)
def count_waiting_reconciliation(*, at: datetime) -> bool:
    """Counts the one that waits longest; False when none does. Safe to call at any time, by any number of workers."""
    waiting = Reconciliation.objects.filter(Q(counted_at=None) | Q(counted_at__lt=F("wanted_at")))
    row = waiting.order_by("wanted_at", "-period").select_for_update(skip_locked=True).first()
    if row is None:
        return False
    _count(row, at)
    return True


@transaction.atomic(durable=True)
def count_reconciliation(*, supplier_id: int, period: date, at: datetime) -> None:
    """At once: after an import the figures are fresh."""
    row, _ = Reconciliation.objects.get_or_create(supplier_id=supplier_id, period=period, defaults={"wanted_at": at})
    _count(row, at)


def _count(row: Reconciliation, at: datetime) -> None:
    """One statement for each figure. What was asked for meanwhile is counted once more."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5min'")
        for figure in FIGURES:
            cursor.execute(figure.count, {"supplier": row.supplier_id, "period": row.period})
            (row.figures[figure.code],) = cursor.fetchone()
    row.counted_at = max(at, row.wanted_at)
    row.save(update_fields=["figures", "counted_at"])
