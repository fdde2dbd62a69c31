"""The runner takes what waits, one package at a time, under a lease: killed anywhere, the next one starts over.

An import is one transaction, so a runner that died or froze left nothing behind but its lease, which runs out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from exchange.arrival_models import ArrivalQuerySet
from exchange.arrived_packages import drop_arrived
from exchange.leased_progress import Stop
from exchange.models import Arrival, ImportRun
from exchange.operations.telling import tell_staff

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)
INBOX_PAUSE = timedelta(minutes=1)
"""However long the inbox is away, the package in it is not given up."""
BROKEN_OFF = "Загрузка прервана."
STOPPED = "Загрузку остановил сотрудник."
TOO_OFTEN = f"Загрузка прерывалась {MOST_ATTEMPTS} раз подряд. Посмотрите журнал сервера и попробуйте снова."


@dataclass(frozen=True)
class Lease:
    """The right to work at an arrival, until it runs out."""

    arrival_id: int
    token: UUID


def claim_arrival(*, at: datetime) -> Arrival | None:
    """The oldest that waits, now leased to the caller; one that killed too many runners is given up.

    A former runner may be frozen and not dead: its session ends here, with the supplier's turn that it holds. Should
    it begin another one, it finds its lease gone (`holds_lease`).
    """
    arrival = _claim(at)
    if arrival is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = current_user AND application_name = %s",
                [arrival.session_name],
            )
    return arrival


@transaction.atomic(durable=True)
def _claim(at: datetime) -> Arrival | None:
    for arrival in Arrival.objects.claimable(at).order_by("received_at", "pk").select_for_update(skip_locked=True)[:20]:
        _close_run(arrival.run_id, BROKEN_OFF, at)
        if arrival.wants_cancel:
            arrival.end(Arrival.Status.CANCELLED, at=at)
            hold_again(arrival)
        elif arrival.attempts >= MOST_ATTEMPTS:
            arrival.end(Arrival.Status.FAILED, at=at, reason=TOO_OFTEN)
            hold_again(arrival)
            tell_staff(arrival, at=at)
        else:
            arrival.take_lease(at=at, length=LEASE)
            arrival.save()
            return arrival
        arrival.save()
    return None


def renew_lease(lease: Lease, *, figures: dict[str, Any], at: datetime) -> Stop | None:
    """Holds it for another minute and shows how far it is; says when to stop instead."""
    mine = _mine(lease)
    if not mine.update(leased_until=at + LEASE, progress=figures):
        return Stop.LEASE_LOST
    return Stop.CANCELLED if mine.filter(wants_cancel=True).exists() else None


def holds_lease(lease: Lease) -> bool:
    """Whether nobody took over meanwhile."""
    return _mine(lease).exists()


def hold_again(arrival: Arrival) -> None:
    """Within a transaction: what was let in and is not worked at any more waits for a decision as before."""
    if arrival.way == Arrival.Way.LET_IN and arrival.run_id is not None:
        let_in = ImportRun.objects.filter(pk=arrival.run_id, status=ImportRun.Status.LET_IN)
        let_in.update(status=ImportRun.Status.HELD)


def note_run(lease: Lease, *, run: ImportRun) -> None:
    """The page of the arrival leads to the run from its beginning."""
    _mine(lease).update(run=run)


@transaction.atomic(durable=True)
def finish_arrival(lease: Lease, *, run: ImportRun, at: datetime) -> Arrival | None:
    """What the import came to; None when the lease was lost."""
    arrival = _mine(lease).select_for_update().first()
    if arrival is None:
        return None
    arrival.run = run
    arrival.supplier_code, arrival.period = run.supplier_code, run.period
    if run.status == ImportRun.Status.FAILED:
        arrival.end(Arrival.Status.FAILED, at=at, reason=run.reason)
    elif arrival.wish == Arrival.Wish.CHECK:
        arrival.end(Arrival.Status.BROUGHT, at=at)
    else:
        arrival.end(Arrival.Status.DONE, at=at)
    arrival.progress = {}
    arrival.save()
    if arrival.status != Arrival.Status.BROUGHT:
        tell_staff(arrival, at=at)
    if arrival.status == Arrival.Status.DONE:
        transaction.on_commit(lambda: drop_arrived(arrival.token))
    return arrival


@transaction.atomic(durable=True)
def put_back(lease: Lease, *, why: Stop | None, at: datetime) -> Arrival | None:
    """The import was broken off; nothing of it stays. It is tried again, later each time, unless it was cancelled."""
    arrival = _mine(lease).select_for_update().first()
    if arrival is None:
        return None
    _close_run(arrival.run_id, STOPPED if why is Stop.CANCELLED else BROKEN_OFF, at)
    if why is Stop.CANCELLED:
        arrival.end(Arrival.Status.CANCELLED, at=at)
    elif why is Stop.SHUTTING_DOWN:
        arrival.end(Arrival.Status.WAITING, at=at, next_try_at=at, finished_at=None, attempts=arrival.attempts - 1)
    elif why is Stop.INBOX_AWAY:
        later = at + INBOX_PAUSE
        arrival.end(Arrival.Status.WAITING, at=at, next_try_at=later, finished_at=None, attempts=arrival.attempts - 1)
    elif arrival.attempts >= MOST_ATTEMPTS:
        arrival.end(Arrival.Status.FAILED, at=at, reason=TOO_OFTEN)
    else:
        pause = min(FIRST_PAUSE * 2 ** (arrival.attempts - 1), LONGEST_PAUSE)
        arrival.end(Arrival.Status.WAITING, at=at, next_try_at=at + pause, finished_at=None)
    arrival.save()
    if not arrival.is_under_way:
        hold_again(arrival)
    if arrival.status == Arrival.Status.FAILED:
        tell_staff(arrival, at=at)
    return arrival


@transaction.atomic(durable=True)
def refuse_arrival(lease: Lease, *, reason: str, at: datetime) -> Arrival | None:
    """It is no package, or not one that may come this way."""
    arrival = _mine(lease).select_for_update().first()
    if arrival is not None:
        arrival.end(Arrival.Status.FAILED, at=at, reason=reason)
        arrival.save()
        tell_staff(arrival, at=at)
    return arrival


def _mine(lease: Lease) -> ArrivalQuerySet:
    return Arrival.objects.filter(pk=lease.arrival_id, status=Arrival.Status.RUNNING, lease=lease.token)


def _close_run(run_id: int | None, reason: str, at: datetime) -> None:
    """The run of a runner that was killed tells so; one that is over keeps its own words but for who stopped it."""
    if run_id is None:
        return
    runs = ImportRun.objects.filter(pk=run_id, status__in=[ImportRun.Status.RUNNING, ImportRun.Status.FAILED])
    runs.filter(reason__in=["", BROKEN_OFF]).update(status=ImportRun.Status.FAILED, reason=reason, finished_at=at)
