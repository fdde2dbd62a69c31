"""The runner of imports: leased, stopped, killed, taken over; nothing is doubled, nothing is lost (issue 4, item 2)."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from accounts.models import User
from billing.models import Payment, PersonalAccount
from embedded_services.processes import wait_until
from exchange import applying, operations, runner
from exchange.arrived_packages import make_place
from exchange.leased_progress import Stop
from exchange.models import Arrival, ImportRun
from exchange.operations import Lease
from exchange.progress_words import describe_progress
from exchange.runner import Runner
from tests import residents
from tests.exchange.packages import CLEAN, write_archive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(transactional_db: None) -> User:
    return residents.make_staff()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BEAT", 0.05)


def bring(staff: User, files: dict[str, str] = CLEAN, *, supplier: str = "psk", **wish: Any) -> Arrival:
    token = timezone.now().strftime("00000000-0000-4000-8000-%f") + "000000"
    path = write_archive(make_place(token) / "upload.part", files, supplier=supplier)  # type: ignore[arg-type]
    arrival = operations.bring_package(path=path, name=f"{supplier}.zip", staff=staff, at=timezone.now())
    return operations.wish_for_arrival(
        arrival_id=arrival.pk, wish=wish.get("wish", "apply"), staff=staff, at=timezone.now()
    )


@pytest.fixture
def arrival(staff: User) -> Arrival:
    return bring(staff)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An import stands still in the midst of its transaction, inside the database, until this is set."""
    let_go = threading.Event()
    write = applying.write_installations

    def stand_still(*args: Any) -> Any:
        while not let_go.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
        return write(*args)

    monkeypatch.setattr(applying, "write_installations", stand_still)
    yield let_go
    let_go.set()


def in_thread(deed: Callable[[], Any]) -> threading.Thread:
    def do() -> None:
        try:
            deed()
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    thread.start()
    return thread


def read(arrival: Arrival) -> Arrival:
    arrival.refresh_from_db()
    return arrival


def test_it_shows_how_far_it_is_while_nothing_of_it_can_be_seen(arrival: Arrival, gate: threading.Event) -> None:
    running = in_thread(Runner().run_next)

    assert wait_until(lambda: read(arrival).progress.get("file") == "meters.csv", seconds=20)
    assert describe_progress(arrival.progress).words == "Сравниваем и пишем meters.csv, 3 из 9"
    assert (arrival.status, arrival.run.status if arrival.run else "") == ("running", "running")
    assert not PersonalAccount.objects.exists()

    gate.set()
    running.join()
    assert (read(arrival).status, PersonalAccount.objects.count()) == ("done", 2)


def test_staff_stop_it_in_the_midst(arrival: Arrival, staff: User, gate: threading.Event) -> None:
    running = in_thread(Runner().run_next)
    assert wait_until(lambda: read(arrival).progress.get("file") == "meters.csv", seconds=20)

    operations.cancel_arrival(arrival_id=arrival.pk, staff=staff, at=timezone.now())
    running.join(timeout=10)

    assert not running.is_alive()
    assert (read(arrival).status, arrival.wants_cancel, PersonalAccount.objects.exists()) == ("cancelled", False, False)
    assert arrival.run
    assert (arrival.run.status, arrival.run.reason) == ("failed", "Загрузку остановил сотрудник.")
    gate.set()
    operations.wish_for_arrival(arrival_id=arrival.pk, wish="apply", staff=staff, at=timezone.now())
    assert Runner().run_next()
    assert read(arrival).status == "done"


def test_told_to_end_it_puts_the_package_back_at_once(arrival: Arrival, gate: threading.Event) -> None:
    ending = Runner()
    running = in_thread(ending.run_next)
    assert wait_until(lambda: read(arrival).progress.get("file") == "meters.csv", seconds=20)

    ending.is_ending.set()
    running.join(timeout=10)

    assert (read(arrival).status, arrival.attempts) == ("waiting", 0)
    gate.set()
    assert Runner().run_next()
    assert read(arrival).status == "done"


def test_what_a_killed_runner_left_is_taken_over_when_its_lease_ran_out(arrival: Arrival) -> None:
    killed = operations.claim_arrival(at=timezone.now())
    assert killed
    run = ImportRun.objects.create(source="p", started_at=timezone.now())
    operations.note_run(Lease(killed.pk, killed.lease), run=run)  # type: ignore[arg-type]
    assert not Runner().run_next()

    Arrival.objects.update(leased_until=timezone.now())
    assert Runner().run_next()

    run.refresh_from_db()
    assert (run.status, run.reason) == ("failed", "Загрузка прервана.")
    assert (read(arrival).status, arrival.attempts, Payment.objects.count()) == ("done", 2, 1)


def test_who_lost_the_lease_writes_nothing_more(arrival: Arrival) -> None:
    now = timezone.now()
    first = operations.claim_arrival(at=now)
    assert first
    assert first.lease
    second = operations.claim_arrival(at=now + timedelta(days=30))
    assert second
    lost = Lease(first.pk, first.lease)
    run = ImportRun.objects.create(source="p", started_at=now, status=ImportRun.Status.APPLIED)

    assert operations.renew_lease(lost, figures={}, at=now) is Stop.LEASE_LOST
    assert operations.finish_arrival(lost, run=run, at=now) is None
    assert operations.put_back(lost, why=None, at=now) is None
    assert (read(arrival).status, arrival.lease) == ("running", second.lease)


def test_a_frozen_runner_that_wakes_up_changes_nothing_twice(arrival: Arrival, gate: threading.Event) -> None:
    frozen = in_thread(Runner().run_next)
    assert wait_until(lambda: read(arrival).progress.get("file") == "meters.csv", seconds=20)
    Arrival.objects.update(lease="00000000-0000-4000-8000-000000000000", leased_until=timezone.now())
    frozen.join(timeout=10)
    assert not PersonalAccount.objects.exists()

    gate.set()
    assert Runner().run_next()
    assert (read(arrival).status, PersonalAccount.objects.count()) == ("done", 2)


def test_the_database_stumbles_and_it_is_tried_again_later(arrival: Arrival, monkeypatch: pytest.MonkeyPatch) -> None:
    stumbles = iter([True])
    write = applying.write_installations

    def stumble(*args: Any) -> Any:
        if next(stumbles, False):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1ms'; SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")
        return write(*args)

    monkeypatch.setattr(applying, "write_installations", stumble)

    assert Runner().run_next()
    assert (read(arrival).status, arrival.attempts) == ("waiting", 1)
    assert arrival.next_try_at > timezone.now() + timedelta(seconds=5)
    assert not Runner().run_next()
    Arrival.objects.update(next_try_at=timezone.now())
    assert Runner().run_next()
    assert (read(arrival).status, PersonalAccount.objects.count()) == ("done", 2)


def test_what_breaks_every_time_is_given_up_and_says_so(arrival: Arrival, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*args: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr(applying, "write_installations", stumble)
    for _ in range(5):
        assert Runner().run_next()
        Arrival.objects.update(next_try_at=timezone.now())

    assert not Runner().run_next()
    assert read(arrival).status == "failed"
    assert "прерывалась 5 раз" in arrival.reason


def test_what_kills_every_runner_is_given_up_too(arrival: Arrival) -> None:
    for _ in range(5):
        assert operations.claim_arrival(at=timezone.now())
        Arrival.objects.update(leased_until=timezone.now())

    assert operations.claim_arrival(at=timezone.now()) is None
    assert read(arrival).status == "failed"


def test_two_runners_share_the_work_and_take_turns_at_one_supplier(staff: User, gate: threading.Event) -> None:
    first, second = bring(staff), bring(staff)
    other = bring(staff, {**CLEAN, "suppliers.csv": "code;name\neirc;Вода\n"}, supplier="eirc")
    runners = [in_thread(Runner().run_next)]
    assert wait_until(lambda: read(first).status == "running", seconds=10)
    runners.append(in_thread(Runner().run_next))
    assert wait_until(lambda: read(other).status == "running", seconds=10)
    assert read(second).status == "waiting"
    assert operations.claim_arrival(at=timezone.now()) is None

    gate.set()
    for thread in runners:
        thread.join(timeout=20)
    assert Runner().run_next()
    assert {read(row).status for row in (first, second, other)} == {"done"}
    assert second.run
    assert second.run.counts["payments.csv"]["same"] == 1


def test_many_claim_and_each_package_is_claimed_once(staff: User) -> None:
    for number in range(6):
        bring(staff, CLEAN, supplier=f"s{number}")
    claimed: list[int] = []

    def claim() -> None:
        while found := operations.claim_arrival(at=timezone.now()):
            claimed.append(found.pk)

    for thread in [in_thread(claim) for _ in range(4)]:
        thread.join()

    assert sorted(claimed) == sorted(Arrival.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("figures", "words", "share"),
    [
        ({}, "Начинаем", None),
        ({"stage": "fetching", "done": 2_500_000}, "Забираем пакет: 2,5 МБ", None),
        (
            {"stage": "reading", "done": 250_000_000, "total": 1_000_000_000, "rate": 5_000_000, "left": 150},
            "Читаем: 250,0 из 1000,0 МБ, 5,0 МБ/с, осталось около 2 мин",
            25,
        ),
        ({"stage": "writing", "file": "bills.csv", "number": 6, "of": 9}, "Сравниваем и пишем bills.csv, 6 из 9", 55),
        ({"stage": "settling"}, "Всё записано, рассказываем остальным частям портала", None),
    ],
)
def test_the_figures_in_words(figures: dict[str, Any], words: str, share: int | None) -> None:
    told = describe_progress(figures)
    assert (told.words, told.share) == (words, share)


def test_the_files_of_a_finished_package_are_gone(arrival: Arrival) -> None:
    assert Runner().run_next()
    assert list(Path(runner.find_arrived(arrival).parent.parent).iterdir()) == []
