"""Runs imports: `manage.py run_imports` keeps one of these going beside the web server, the worker and the scheduler.

A minutes-long import is no Celery task: its message would be delivered again every half minute (security.md 4.4).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType

import structlog
from django.db import DatabaseError, OperationalError, connection, connections
from django.utils import timezone
from psycopg import Error as DriverError

from exchange import operations
from exchange.arrived_packages import find_arrived
from exchange.inboxes import InboxAway
from exchange.leased_progress import Interrupted, LeasedProgress, Stop
from exchange.models import Arrival, ImportRun
from exchange.operations import Lease
from exchange.packages import UnreadablePackage

BEAT = 1.0
"""Seconds between two looks at the row: how soon a cancel is heard, and how live the progress is."""
log = structlog.get_logger()


class Heartbeat:
    """While an import goes on in its one transaction, a thread with a connection of its own keeps its lease."""

    def __init__(self, lease: Lease, progress: LeasedProgress, is_ending: threading.Event) -> None:
        self._lease, self._progress, self._is_ending = lease, progress, is_ending
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="import-heartbeat")

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.close()
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._is_over.wait(BEAT):
                if self._is_ending.is_set():
                    self._progress.interrupt(Stop.SHUTTING_DOWN)
                try:
                    figures = self._progress.get_figures()
                    stop = operations.renew_lease(self._lease, figures=figures, at=timezone.now())
                except OperationalError:
                    # The import itself will hear of it; without a database there is nobody else to take it over.
                    log.warning("lease_not_renewed", arrival=self._lease.arrival_id)
                    connection.close()
                    continue
                if stop is not None:
                    self._progress.interrupt(stop)
        finally:
            connection.close()


@dataclass
class Runner:
    """`is_ending` set, what runs is broken off and put back, and nothing new is begun."""

    is_ending: threading.Event = field(default_factory=threading.Event)

    def run_next(self) -> bool:
        """Takes the oldest that waits; whether there was one."""
        arrival = operations.claim_arrival(at=timezone.now())
        if arrival is None or arrival.lease is None:
            return False
        lease = Lease(arrival.pk, arrival.lease)
        progress = LeasedProgress(_make_cancel(), partial(operations.holds_lease, lease), arrival.session_name)
        with Heartbeat(lease, progress, self.is_ending):
            settled = self._run(arrival, lease, progress)
        if settled is None:
            log.warning("lease_lost", arrival=arrival.pk)
            return True
        log.info("arrival_settled", arrival=arrival.pk, status=settled.status)
        if settled.is_over:
            operations.put_away(settled, at=timezone.now())
        return True

    def _run(self, arrival: Arrival, lease: Lease, progress: LeasedProgress) -> Arrival | None:
        try:
            run = self._import(arrival, lease, progress)
        except UnreadablePackage as error:
            return operations.refuse_arrival(lease, reason=str(error), at=timezone.now())
        except InboxAway as away:
            log.warning("inbox_away", arrival=arrival.pk, reason=str(away)[:200])
            return operations.put_back(lease, why=Stop.INBOX_AWAY, at=timezone.now())
        except (Interrupted, DatabaseError, DriverError) as error:
            progress.close()
            if progress.stopped is None:
                log.warning("import_broken_off", arrival=arrival.pk, kind=type(error).__name__)
                connection.close_if_unusable_or_obsolete()
            return operations.put_back(lease, why=progress.stopped, at=timezone.now())
        return operations.finish_arrival(lease, run=run, at=timezone.now())

    def _import(self, arrival: Arrival, lease: Lease, progress: LeasedProgress) -> ImportRun:
        at = timezone.now()
        if arrival.way == Arrival.Way.LET_IN and arrival.run_id is not None:
            return operations.apply_let_in_package(run_id=arrival.run_id, at=at, progress=progress)
        is_dropped = arrival.way == Arrival.Way.INBOX
        path = operations.fetch_dropped(arrival, progress) if is_dropped else find_arrived(arrival)
        run = operations.begin_run(path, at=at, dry_run=arrival.wish == Arrival.Wish.CHECK)
        operations.note_run(lease, run=run)
        return operations.import_registry(
            path, at=at, dry_run=run.is_dry_run, progress=progress, run=run, is_patient=False
        )


def _make_cancel() -> Callable[[], None]:
    """Breaks off the statement that this thread's connection is at; another thread calls it."""
    database = connections["default"]

    def cancel() -> None:
        if database.connection is not None:
            database.connection.cancel_safe(timeout=2.0)

    return cancel
