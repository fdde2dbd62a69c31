"""The real runner, killed and frozen in the middle of a real import: the next one takes over, nothing happens twice."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from billing.models import Bill, BillLine, Payment, PersonalAccount
from embedded_services.processes import send_signal_to_group, wait_until
from exchange import operations
from exchange.arrived_packages import make_place
from exchange.models import Arrival, FollowUp, ImportRun
from meters.models import Installation, Meter, Reading, Scale
from tests import residents
from tests.exchange.packages import CLEAN, PAYMENTS, write_archive, write_package
from tests.faults.servers import kill_group
from tests.faults.stack import Portal, list_backends, name_test_database

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
FACTS = (PersonalAccount, Meter, Installation, Scale, Reading, Bill, BillLine, Payment)
WHOLE = {"PersonalAccount": 2, "Meter": 2, "Installation": 2, "Scale": 3, "Reading": 3} | {
    "Bill": 1,
    "BillLine": 2,
    "Payment": 1,
}
NOTHING = dict.fromkeys(WHOLE, 0)


@pytest.fixture
def portal(transactional_db: None, folder: Path, settings: Any) -> Iterator[Portal]:
    """No broker answers: an import needs none."""
    settings.MEDIA_ROOT = folder / "media"
    portal = Portal(folder, name_test_database(), "redis://127.0.0.1:1/0", MEDIA_ROOT=str(settings.MEDIA_ROOT))
    yield portal
    portal.end()


@pytest.fixture
def staff(transactional_db: None) -> User:
    return residents.make_staff()


@pytest.fixture
def arrival(portal: Portal, staff: User) -> Arrival:
    return bring(staff, CLEAN)


def bring(staff: User, files: dict[str, str]) -> Arrival:
    path = write_archive(make_place(uuid4()) / "upload.part", files)
    arrival = operations.bring_package(path=path, name="psk.zip", staff=staff, at=timezone.now())
    return operations.wish_for_arrival(arrival_id=arrival.pk, wish="apply", staff=staff, at=timezone.now())


def start_runner(portal: Portal) -> subprocess.Popen[bytes]:
    return portal.start("manage run_imports")


def read(arrival: Arrival) -> Arrival:
    arrival.refresh_from_db()
    return arrival


def count() -> dict[str, int]:
    """One statement, so one moment."""
    counts = ", ".join(f"(SELECT count(*) FROM {model._meta.db_table})" for model in FACTS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return {model.__name__: number for model, number in zip(FACTS, cursor.fetchone(), strict=True)}


def look() -> list[Any]:
    """Every row an import writes, with the transaction that wrote it last."""
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for model in (*FACTS, Arrival, ImportRun, FollowUp):
            cursor.execute(f"SELECT xmin::text, * FROM {model._meta.db_table} ORDER BY id")
            rows += cursor.fetchall()
    return rows


def is_in_the_way() -> bool:
    return bool(list_backends("wait_event_type = 'Lock'"))


@contextmanager
def standing_in_the_way(portal: Portal) -> Iterator[None]:
    """An import comes as far as its readings, with accounts and meters written, and waits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE meters_reading IN SHARE ROW EXCLUSIVE MODE")
        runner = start_runner(portal)
        assert wait_until(is_in_the_way, seconds=30, step=0.1), portal.log
        assert runner.poll() is None
        yield


def let_a_minute_pass(arrival: Arrival) -> None:
    """The lease runs out; whoever holds it cannot renew it, he is dead or frozen."""
    Arrival.objects.filter(pk=arrival.pk).update(leased_until=timezone.now())


def test_killed_in_the_middle_the_next_one_takes_over_when_the_lease_is_out(portal: Portal, arrival: Arrival) -> None:
    with standing_in_the_way(portal):
        kill_group(portal.processes[0])
    assert wait_until(lambda: not list_backends("application_name LIKE 'import%'"), seconds=10)
    assert (read(arrival).status, count()) == ("running", NOTHING)

    start_runner(portal)
    assert not wait_until(lambda: read(arrival).attempts > 1, seconds=4, step=0.5), "the lease of the dead one holds"
    let_a_minute_pass(arrival)
    seen = []
    assert wait_until(lambda: seen.append(count()) or read(arrival).status == "done", seconds=30), portal.log

    assert {tuple(counts.items()) for counts in seen} <= {tuple(NOTHING.items()), tuple(WHOLE.items())}
    assert (arrival.attempts, count()) == (2, WHOLE)
    told = ImportRun.objects.order_by("pk").values_list("status", "reason")
    assert list(told) == [("failed", "Загрузка прервана."), ("applied", "")]
    assert FollowUp.objects.get().step == FollowUp.Step.DONE


def test_let_in_by_staff_it_outlives_a_killed_runner_too(portal: Portal, staff: User, tmp_path: Path) -> None:
    package = write_package(tmp_path / "p", CLEAN, totals={"bills.csv": {"rows": 7}})
    held = operations.import_registry(package, at=timezone.now())
    operations.decide_on_package(
        run_id=held.pk, staff=staff, decision="let_in", reason="Сверили по телефону.", at=timezone.now()
    )
    arrival = Arrival.objects.get()
    with standing_in_the_way(portal):
        kill_group(portal.processes[0])
    held.refresh_from_db()
    assert (held.status, read(arrival).status, count()) == ("let_in", "running", NOTHING)

    let_a_minute_pass(arrival)
    start_runner(portal)
    assert wait_until(lambda: read(arrival).status == "done", seconds=30), portal.log

    held.refresh_from_db()
    assert (held.status, ImportRun.objects.count(), count()) == ("applied", 1, WHOLE)


def test_frozen_past_its_lease_it_wakes_up_and_writes_nothing(portal: Portal, arrival: Arrival, staff: User) -> None:
    with standing_in_the_way(portal):
        frozen = portal.processes[0]
        send_signal_to_group(frozen.pid, signal.SIGSTOP)
    waiting = "state = 'idle in transaction' AND application_name LIKE 'import%'"
    assert wait_until(lambda: bool(list_backends(waiting)), seconds=10), "its session lives, and holds its turn"

    let_a_minute_pass(arrival)
    second = start_runner(portal)
    assert wait_until(lambda: read(arrival).status == "done", seconds=30), portal.log
    assert count() == WHOLE
    assert wait_until(lambda: FollowUp.objects.get().step == FollowUp.Step.DONE, seconds=10)
    before = look()
    kill_group(second)
    send_signal_to_group(frozen.pid, signal.SIGCONT)

    assert wait_until(lambda: "lease_lost" in portal.log, seconds=20, step=0.1), portal.log
    assert look() == before
    assert frozen.poll() is None
    later = bring(staff, {"payments.csv": PAYMENTS + "018\\00000001;2026-10-08;;1.00;;P2\n"})
    assert wait_until(lambda: read(later).status == "done", seconds=20), "and works on"
    assert count() == WHOLE | {"Payment": 2}


def test_frozen_before_its_transaction_it_finds_its_lease_gone(portal: Portal, arrival: Arrival, staff: User) -> None:
    """It has read what the package is and waits for its supplier's turn; meanwhile a newer package came in."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('import_registry:psk', 0))")
        frozen = start_runner(portal)
        assert wait_until(is_in_the_way, seconds=30, step=0.1), portal.log
        send_signal_to_group(frozen.pid, signal.SIGSTOP)
    let_a_minute_pass(arrival)
    taken = operations.claim_arrival(at=timezone.now())
    assert taken
    assert wait_until(lambda: not list_backends("application_name LIKE 'import%'"), seconds=10), "its turn is free"

    send_signal_to_group(frozen.pid, signal.SIGCONT)

    assert wait_until(lambda: "lease_lost" in portal.log, seconds=20, step=0.1), portal.log
    assert count() == NOTHING
    assert read(arrival).lease == taken.lease
