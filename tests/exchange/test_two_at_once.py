"""Two do the same thing at the same moment: nothing is doubled, nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from billing.models import Supplier
from exchange import operations
from exchange.models import ExportBatch, ExportedSubmission, HoldDecision, ImportRun
from meters import operations as meters
from meters.models import Reading, Submission
from notifications.models import Notification
from tests import residents
from tests.exchange.conftest import send
from tests.exchange.packages import write_package
from tests.exchange.test_stops_at_the_gate import write_files
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, deed: Callable[[], Any]) -> list[Any]:
    def do(_: int) -> Any:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(do, range(times)))


def test_four_exports_hand_over_each_submission_once() -> None:
    for number in range(6):
        send(residents.furnish(residents.make_resident(f"+790055503{number:02}")), "12896", "3588")
    supplier = Supplier.objects.get()

    at_once(4, lambda: operations.export_readings(supplier=supplier, at=NOW))

    assert ExportedSubmission.objects.count() == 6
    numbers = sorted(ExportBatch.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert sum(ExportBatch.objects.values_list("submissions", flat=True)) == 6


def test_a_withdrawal_and_an_export_do_not_both_win() -> None:
    link = residents.furnish(residents.make_resident(residents.ALICE))
    sent = send(link, "12896", "3588")

    def withdraw() -> str:
        try:
            meters.withdraw_submission(user=link.user, receipt=sent.receipt, at=NOW)
        except meters.NotPossibleNow:
            return "too late"
        return "withdrawn"

    deeds = iter([withdraw, lambda: operations.export_readings(supplier=sent.account.supplier, at=NOW)])
    results = at_once(2, lambda: next(deeds)())

    sent.refresh_from_db()
    expected = Submission.Status.WITHDRAWN if "withdrawn" in results else Submission.Status.HANDED_OVER
    assert sent.status == expected
    assert ExportedSubmission.objects.exists() is (expected == Submission.Status.HANDED_OVER)


def test_a_reply_brought_twice_is_heard_once(tmp_path: Path) -> None:
    sent = send(residents.furnish(residents.make_resident(residents.ALICE)), "12896", "3588")
    operations.export_readings(supplier=sent.account.supplier, at=NOW)
    reply = tmp_path / "reply.csv"
    reply.write_text(f"receipt;status;reason\n{sent.receipt};refused;Прибор заменён\n")

    answers = at_once(3, lambda: operations.take_reply(reply, at=NOW))

    assert sorted((answer.refused, answer.same) for answer in answers) == [(0, 1), (0, 1), (1, 0)]
    assert Notification.objects.filter(event="meters/submission_returned").count() == 1


def test_two_workers_apply_a_package_once(tmp_path: Path) -> None:
    staff = residents.make_staff()
    operations.import_registry(write_package(tmp_path / "1", write_files()), at=NOW)
    run = operations.import_registry(write_package(tmp_path / "2", write_files(name="Ночь")), at=NOW)
    operations.decide_on_package(
        run_id=run.pk, staff=staff, decision=HoldDecision.Decision.LET_IN, reason="Сверили.", at=NOW
    )

    runs = at_once(3, lambda: operations.apply_let_in_package(run_id=run.pk, at=timezone.now()))
    runs.append(operations.apply_let_in_package(run_id=run.pk, at=timezone.now()))

    assert {row.status for row in runs} == {ImportRun.Status.APPLIED}
    assert Reading.objects.count() == 10


def test_two_imports_of_one_supplier_take_turns(tmp_path: Path) -> None:
    package = write_package(tmp_path / "p", write_files())

    runs = at_once(2, lambda: operations.import_registry(package, at=timezone.now()))

    assert {run.status for run in runs} <= {ImportRun.Status.APPLIED}
    assert sorted(run.counts["readings.csv"]["added"] for run in runs) == [0, 10]
