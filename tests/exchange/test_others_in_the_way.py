"""Locks, deadlocks and time-outs never lose a package; suppliers come side by side; nobody sees half of one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from billing.models import Bill, BillLine, PersonalAccount, Supplier
from exchange import operations
from exchange.models import ImportRun
from exchange.operations import importing
from exchange.progress import Progress
from meters.models import Reading
from tests.exchange.packages import CLEAN, SUPPLIERS, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20
Files = dict[str, Any]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSES", (0.2, 0.5, 1.0))


def of_supplier(code: str) -> Files:
    return CLEAN | {"suppliers.csv": SUPPLIERS.replace("psk;", f"{code};")}


@contextmanager
def beside(deed: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Somebody else's connection, at the same time."""

    def do() -> Any:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(do)


class Doing(Progress):
    """Does something when a step is reached for the first time."""

    def __init__(self, step: str, deed: Callable[[], Any]) -> None:
        self.step, self.deed, self.times = step, deed, 0

    def reach(self, step: str) -> None:
        if step == self.step:
            self.times += 1
            if self.times == 1:
                self.deed()


def set_for_session(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = '{value}'")


@pytest.fixture
def standing(tmp_path: Path) -> ImportRun:
    return operations.import_registry(write_package(tmp_path / "first", CLEAN), at=timezone.now())


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Says something else of every account and every price."""
    files: Files = CLEAN | {
        "personal_accounts.csv": CLEAN["personal_accounts.csv"].replace("active", "closed"),
        "tariffs.csv": CLEAN["tariffs.csv"].replace("7.20", "8.10"),
    }
    return write_package(tmp_path / "changed", files)


def assert_changed(run: ImportRun) -> None:
    run.refresh_from_db()
    assert run.status == ImportRun.Status.APPLIED
    assert PersonalAccount.objects.filter(status="closed").count() == 1
    assert run.counts["tariffs.csv"]["changed"] == 1


def test_a_locked_table_is_waited_for(standing: ImportRun, changed: Path) -> None:
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE billing_tariff IN ACCESS EXCLUSIVE MODE")
            locked.set()
            release.wait(PATIENCE)

    set_for_session("lock_timeout", "100ms")
    try:
        with beside(hold):
            assert locked.wait(PATIENCE)
            threading.Timer(0.5, release.set).start()
            run = operations.import_registry(changed, at=timezone.now())
    finally:
        set_for_session("lock_timeout", "0")
    assert_changed(run)


def test_locked_for_good_nothing_changes_and_the_package_can_come_again(
    standing: ImportRun, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAUSES", (0.01,))
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE billing_tariff IN ACCESS EXCLUSIVE MODE")
            locked.set()
            release.wait(PATIENCE)

    set_for_session("lock_timeout", "100ms")
    try:
        with beside(hold):
            assert locked.wait(PATIENCE)
            with pytest.raises(CommandError) as refused:
                call_command("import_registry", str(changed))
            release.set()
    finally:
        set_for_session("lock_timeout", "0")

    assert refused.value.returncode == 4
    run = ImportRun.objects.latest("pk")
    assert (run.status, run.reason) == (ImportRun.Status.FAILED, importing.BUSY)
    assert not PersonalAccount.objects.filter(status="closed").exists()
    assert_changed(operations.import_registry(changed, at=timezone.now()))


def test_the_victim_of_a_deadlock_begins_anew(standing: ImportRun, changed: Path) -> None:
    """The other holds a tariff and wants an account; the package holds the account and wants the tariff."""
    holds_tariff, may_want_account = threading.Event(), threading.Event()

    def collide() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '30s'")
            cursor.execute("SELECT 1 FROM billing_tariff FOR UPDATE")
            holds_tariff.set()
            may_want_account.wait(PATIENCE)
            cursor.execute("SELECT 1 FROM billing_personalaccount FOR UPDATE")

    progress = Doing("written personal_accounts.csv", may_want_account.set)
    with beside(collide) as other:
        assert holds_tariff.wait(PATIENCE)
        run = operations.import_registry(changed, at=timezone.now(), progress=progress)
        other.result(PATIENCE)

    assert progress.times == 2
    assert_changed(run)


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_cancelled_statement_or_a_lost_connection_is_no_end(standing: ImportRun, changed: Path, how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def wait_and_stop() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_sleep(0.3), {how}(%s)", [pid])

    def be_slow() -> None:
        with beside(wait_and_stop), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    progress = Doing("written bills.csv", be_slow)
    run = operations.import_registry(changed, at=timezone.now(), progress=progress)

    assert progress.times == 2
    assert_changed(run)


def test_a_statement_timeout_of_the_session_does_not_reach_the_package(standing: ImportRun, changed: Path) -> None:
    def dawdle() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.4)")

    set_for_session("statement_timeout", "300ms")
    try:
        run = operations.import_registry(changed, at=timezone.now(), progress=Doing("written bills.csv", dawdle))
    finally:
        set_for_session("statement_timeout", "0")
    assert_changed(run)


def test_what_does_not_pass_is_not_tried_again(
    standing: ImportRun, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def break_for_good(*_: Any) -> None:
        tried.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$")

    monkeypatch.setattr(importing, "apply_files", break_for_good)
    with pytest.raises(OperationalError):
        operations.import_registry(changed, at=timezone.now())
    assert len(tried) == 1


class _Meeting(Progress):
    """Two packages meet in the middle, or one of them waits in vain."""

    def __init__(self, barrier: threading.Barrier) -> None:
        self.barrier, self.met = barrier, False

    def reach(self, step: str) -> None:
        if step == "written readings.csv":
            try:
                self.barrier.wait()
                self.met = True
            except threading.BrokenBarrierError:
                pass


def bring_both(tmp_path: Path, codes: tuple[str, str], patience: float) -> tuple[list[ImportRun], list[bool]]:
    barrier = threading.Barrier(2, timeout=patience)
    meetings = [_Meeting(barrier) for _ in codes]
    packages = [
        write_package(tmp_path / f"{number}", of_supplier(code), supplier=code) for number, code in enumerate(codes)
    ]

    def bring(number: int) -> ImportRun:
        try:
            return operations.import_registry(packages[number], at=timezone.now(), progress=meetings[number])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(bring, range(2)))
    return runs, [meeting.met for meeting in meetings]


def test_packages_of_two_suppliers_come_at_the_same_time(tmp_path: Path) -> None:
    runs, met = bring_both(tmp_path, ("psk", "water"), PATIENCE)

    assert met == [True, True]
    assert [run.status for run in runs] == [ImportRun.Status.APPLIED] * 2
    assert Supplier.objects.count() == 2
    assert Reading.objects.count() == 6


def test_packages_of_one_supplier_never_do(tmp_path: Path) -> None:
    runs, met = bring_both(tmp_path, ("psk", "psk"), 2)

    assert met == [False, False]
    assert [run.status for run in runs] == [ImportRun.Status.APPLIED] * 2
    assert sorted(run.counts["readings.csv"]["added"] for run in runs) == [0, 3]


def test_a_reader_beside_sees_all_of_a_package_or_nothing(tmp_path: Path) -> None:
    stop, seen = threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT count(*) FROM billing_bill), (SELECT count(*) FROM billing_billline), "
                    "(SELECT count(*) FROM meters_reading), (SELECT count(*) FROM meters_meter), "
                    "(SELECT count(*) FROM billing_tariff), "
                    "(SELECT count(*) FROM exchange_importrun WHERE status = 'applied')"
                )
                seen.add(cursor.fetchone())

    with beside(read) as reader:
        operations.import_registry(write_package(tmp_path / "p", CLEAN), at=NOW)
        stop.set()
        reader.result(PATIENCE)

    assert seen <= {(0, 0, 0, 0, 0, 0), (1, 2, 3, 2, 1, 1)}
    assert (0, 0, 0, 0, 0, 0) in seen
    assert (Bill.objects.count(), BillLine.objects.count()) == (1, 2)
