"""kill -9 at every step of an import: residents see nothing of it or all, and the next one leaves nothing doubled.

The steps stand here by name. A new one that is not listed fails `test_every_step_is_known`.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from billing.models import BillDelivery, BillNews, Link, PersonalAccount
from exchange import operations
from exchange.layouts import LAYOUTS
from exchange.merges import MERGES
from exchange.models import FollowUp, HoldDecision, ImportRun
from exchange.operations import following_up
from exchange.progress import Progress
from meters.models import Submission
from notifications.models import Notification, OutgoingMessage
from tests import factories, residents
from tests.exchange.packages import BILL_LINES, BILLS, CLEAN, READINGS, write_package

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE_COMMIT = [
    "package named",
    "turn taken",
    "reading begins",
    *(f"staged {layout.file}" for layout in LAYOUTS),
    *(step for merge in MERGES for step in (f"writing {merge.layout.file}", f"written {merge.layout.file}")),
    "gate passed",
    "follow-up promised",
    "result written",
]
OCTOBER = {
    "bills.csv": BILLS.replace("2026-09", "2026-10").replace("B1", "B2").replace("-10-", "-11-"),
    "bill_lines.csv": BILL_LINES.replace("B1", "B2"),
    "readings.csv": READINGS.replace("2026-09-2", "2026-10-2"),
}
TABLES = [merge.model for merge in MERGES]


class Recording(Progress):
    def __init__(self) -> None:
        self.steps: list[str] = []

    def start(self, total: int) -> None:
        self.reach("reading begins")

    def write(self, file: str, number: int, of: int) -> None:
        self.reach(f"writing {file}")

    def reach(self, step: str) -> None:
        self.steps.append(step)


class Killing(Recording):
    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at

    def reach(self, step: str) -> None:
        if step == self.at:
            kill_myself()


def kill_myself(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process_of_its_own(deed: Callable[[], Any]) -> int:
    """How it ended, as `os.waitstatus_to_exitcode` says: -9 for a kill, 0 for a deed that was done."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            deed()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def look() -> dict[str, Any]:
    """What residents could see."""
    rows = {model._meta.label: sorted(map(str, model._default_manager.values_list())) for model in TABLES}
    return rows | {"bells": Notification.objects.count(), "letters": OutgoingMessage.objects.count()}


def count() -> dict[str, Any]:
    """The same without the numbers of rows, which may have gaps."""
    return {name: len(found) if isinstance(found, list) else found for name, found in look().items()}


@pytest.fixture
def linked(tmp_path: Path) -> Link:
    operations.import_registry(write_package(tmp_path / "first", CLEAN), at=timezone.now())  # type: ignore[arg-type]
    alice = residents.make_resident(residents.ALICE)
    account = PersonalAccount.objects.get(number=r"018\00000001")
    link = factories.LinkFactory(user=alice, account=account, group=factories.AccountGroupFactory(user=alice))
    BillDelivery.objects.create(
        account=account, user=alice, method=BillDelivery.Method.EMAIL, email="a@post.example", chosen_at=timezone.now()
    )
    return link


@pytest.fixture
def october(tmp_path: Path) -> Path:
    return write_package(tmp_path / "october", CLEAN | OCTOBER)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _nobody_else_at_work() -> Iterator[None]:
    """A killed session may live a moment longer: the tables are emptied when it is gone. Those of before stay."""
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(others)
        before = [pid for (pid,) in cursor.fetchall()]
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({others}) late WHERE pid <> ALL(%s)", [before])


def assert_october_is_here_once(run: ImportRun) -> None:
    follow_up = FollowUp.objects.get(run=run)
    assert (run.status, follow_up.step) == (ImportRun.Status.APPLIED, FollowUp.Step.DONE)
    assert count() == {
        "billing.Branch": 1,
        "billing.PersonalAccount": 2,
        "meters.Meter": 2,
        "meters.Scale": 3,
        "meters.Reading": 6,
        "billing.Bill": 2,
        "billing.BillLine": 4,
        "billing.Payment": 1,
        "billing.Tariff": 1,
        "bells": 1,
        "letters": 1,
    }
    assert BillNews.objects.filter(told_at__isnull=False).count() == 1


def test_every_step_is_known(linked: Link, october: Path) -> None:
    progress = Recording()

    run = operations.import_registry(october, at=timezone.now(), progress=progress)

    assert progress.steps == BEFORE_COMMIT
    assert set(following_up._STEPS) == set(FollowUp.Step) - {FollowUp.Step.DONE}
    assert_october_is_here_once(run)


def test_killed_before_the_commit_nothing_of_it_is_seen(linked: Link, october: Path) -> None:
    before = look()

    for step in BEFORE_COMMIT:
        ended = in_a_process_of_its_own(
            lambda step=step: operations.import_registry(october, at=timezone.now(), progress=Killing(step))
        )
        assert ended == -signal.SIGKILL, step
        assert look() == before, step
        assert not BillNews.objects.exists(), step

    run = operations.import_registry(october, at=timezone.now())
    assert_october_is_here_once(run)
    killed = ImportRun.objects.exclude(status=ImportRun.Status.APPLIED)
    assert {row.status for row in killed} == {ImportRun.Status.FAILED}
    assert killed.count() == len(BEFORE_COMMIT)


def test_let_in_and_killed_it_is_applied_by_the_next_worker(linked: Link, october: Path) -> None:
    (october / "registry.json").write_text(
        (october / "registry.json").read_text().replace('"totals": {}', '"totals": {"bills.csv": {"rows": 7}}')
    )
    held = operations.import_registry(october, at=timezone.now())
    assert held.status == ImportRun.Status.HELD
    operations.decide_on_package(
        run_id=held.pk,
        staff=residents.make_staff(),
        decision=HoldDecision.Decision.LET_IN,
        reason="Сверили.",
        at=timezone.now(),
    )
    before = look()

    for step in BEFORE_COMMIT:
        ended = in_a_process_of_its_own(
            lambda step=step: operations.apply_let_in_package(run_id=held.pk, at=timezone.now(), progress=Killing(step))
        )
        assert (ended, look()) == (-signal.SIGKILL, before), step

    assert_october_is_here_once(operations.apply_let_in_package(run_id=held.pk, at=timezone.now()))


@pytest.mark.parametrize("step", [*following_up._STEPS])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_after_the_commit_the_sweep_does_the_rest(
    linked: Link, october: Path, monkeypatch: pytest.MonkeyPatch, step: FollowUp.Step, moment: str
) -> None:
    whole = following_up._STEPS[step]

    def act_and_die(*args: Any) -> Any:
        whole(*args)
        kill_myself()

    with monkeypatch.context() as patch:
        deed = kill_myself if moment == "before" else act_and_die
        patch.setattr(following_up, "_STEPS", following_up._STEPS | {step: deed})
        ended = in_a_process_of_its_own(lambda: operations.import_registry(october, at=timezone.now()))
    run = ImportRun.objects.latest("pk")
    assert (ended, run.status, run.follow_up.step) == (-signal.SIGKILL, ImportRun.Status.APPLIED, step)
    FollowUp.objects.filter(run=run).update(claimed_until=None)

    assert operations.follow_up_imports(at=timezone.now())

    assert_october_is_here_once(run)
    assert not Submission.objects.exists()
