"""What an import brings with it: residents hear of new bills, once; killed anywhere, the rest is done later."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine

from billing import operations as billing
from billing.models import Bill, BillDelivery, BillNews, Link, PersonalAccount
from exchange import operations, tasks
from exchange.models import FollowUp, ImportRun
from exchange.operations import following_up, import_registry
from meters import operations as meters
from meters.models import Submission
from meters.queries.bases import Moment, get_known
from notifications.models import Notification, OutgoingMessage
from tests import factories, residents
from tests.exchange.conftest import send
from tests.exchange.packages import BILL_LINES, BILLS, CLEAN, write_package
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
OCTOBER = BILLS.replace("2026-09", "2026-10").replace("B1", "B2").replace("-10-", "-11-")
"""The bill of the month the packages are of."""


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def bring(folder: Path, files: dict[str, str]) -> ImportRun:
    run = import_registry(write_package(folder, files), at=NOW)  # type: ignore[arg-type]
    assert run.status == ImportRun.Status.APPLIED, run.reason
    return run


@pytest.fixture
def linked(tmp_path: Path, alice: Any) -> Link:
    """The first load, with a bill of September, and Алиса who links her flat."""
    bring(tmp_path / "first", CLEAN)
    group = factories.AccountGroupFactory(user=alice)
    account = PersonalAccount.objects.get(number=r"018\00000001")
    return factories.LinkFactory(user=alice, account=account, group=group, alias="Квартира")


def choose(link: Link, method: str = BillDelivery.Method.EMAIL) -> None:
    BillDelivery.objects.create(
        account=link.account, user=link.user, method=method, email="alisa@post.example", chosen_at=NOW
    )


def get_bells() -> list[str]:
    bells = Notification.objects.filter(event="billing/bill_arrived").order_by("pk")
    return [bell.text.replace("\u00a0", " ") for bell in bells]


class TestNewsOfABill:
    def test_reaches_the_bell(self, linked: Link, tmp_path: Path, as_alice: PageClient) -> None:
        run = bring(tmp_path / "october", {"bills.csv": OCTOBER})

        assert get_bells() == ["Пришёл счёт за октябрь 2026, Квартира: к оплате 873,50 ₽ до 15 ноября."]
        bell = Notification.objects.get(event="billing/bill_arrived")
        assert as_alice.get(bell.url).status_code == 200
        assert FollowUp.objects.get(run=run).counts["news"] == 1
        assert not OutgoingMessage.objects.exists()

    def test_comes_by_letter_to_who_chose_so(self, linked: Link, tmp_path: Path) -> None:
        choose(linked)
        bring(tmp_path / "october", {"bills.csv": OCTOBER})

        letter = OutgoingMessage.objects.get()
        assert (letter.recipient, letter.subject) == ("alisa@post.example", "Счёт за октябрь 2026, Свет")
        assert "К оплате 873,50" in letter.body
        assert f"/bills/{Bill.objects.get(number='B2').public_id}/" in letter.body

    def test_is_not_written_to_who_wants_paper(self, linked: Link, tmp_path: Path) -> None:
        choose(linked)
        choose(linked, BillDelivery.Method.PAPER)
        bring(tmp_path / "october", {"bills.csv": OCTOBER})

        assert len(get_bells()) == 1
        assert not OutgoingMessage.objects.exists()

    def test_a_family_hears_together_and_gets_one_letter(self, linked: Link, tmp_path: Path) -> None:
        boris = residents.make_resident(residents.BORIS)
        factories.LinkFactory(user=boris, account=linked.account, group=factories.AccountGroupFactory(user=boris))
        choose(linked)
        bring(tmp_path / "october", {"bills.csv": OCTOBER})

        assert len(get_bells()) == 2
        assert OutgoingMessage.objects.count() == 1

    def test_is_told_once_whatever_is_loaded_again(self, linked: Link, tmp_path: Path) -> None:
        choose(linked)
        for name in ("october", "again"):
            bring(tmp_path / name, {"bills.csv": OCTOBER})
        bring(tmp_path / "corrected", {"bills.csv": OCTOBER.replace("873.50", "900.00")})

        assert len(get_bells()) == 1
        assert OutgoingMessage.objects.count() == 1

    def test_is_not_told_of_history(self, tmp_path: Path, alice: Any) -> None:
        link = residents.furnish(alice)
        supplier = link.account.supplier
        newest = billing.get_newest_bills()
        for months in range(1, 12):
            factories.BillFactory(account=link.account, period=date(2025, months, 1))

        promised = [
            billing.promise_bill_news(supplier_id=supplier.pk, period=date(2025, month, 1), after=newest, at=NOW)
            for month in range(1, 12)
        ]

        assert promised == [0] * 11
        bring(tmp_path / "first", CLEAN)
        assert get_bells() == []

    def test_is_not_told_to_who_unlinked_meanwhile(
        self, linked: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        choose(linked)
        monkeypatch.setattr(following_up, "_STEPS", {})
        with pytest.raises(KeyError):
            bring(tmp_path / "october", {"bills.csv": OCTOBER})
        Link.objects.update(ended_at=NOW)

        assert billing.tell_bill_news(at=NOW) == 1
        assert get_bells() == []
        assert not OutgoingMessage.objects.exists()

    def test_says_when_nothing_is_to_be_paid(self, linked: Link, tmp_path: Path) -> None:
        bring(tmp_path / "october", {"bills.csv": OCTOBER.replace("873.50", "-120.00")})

        assert get_bells() == ["Пришёл счёт за октябрь 2026, Квартира: платить не нужно, переплата 120,00 ₽."]

    def test_a_dry_run_promises_nothing(self, linked: Link, tmp_path: Path) -> None:
        package = write_package(tmp_path / "p", {"bills.csv": OCTOBER})

        assert import_registry(package, at=NOW, dry_run=True).status == ImportRun.Status.CHECKED
        assert not BillNews.objects.exists()
        assert FollowUp.objects.count() == 1

    def test_many_are_told_in_batches(self, linked: Link, tmp_path: Path) -> None:
        people = [factories.UserFactory() for _ in range(5)]
        for user in people:
            group = factories.AccountGroupFactory(user=user)
            factories.LinkFactory(user=user, account=linked.account, group=group)
        newest = billing.get_newest_bills()
        bill = factories.BillFactory(account=linked.account, number="B9")
        billing.promise_bill_news(supplier_id=linked.account.supplier_id, period=bill.period, after=newest, at=NOW)

        assert [billing.tell_bill_news(at=NOW, limit=4) for _ in range(3)] == [4, 2, 0]
        assert len(get_bells()) == 6


class TestKilledOnTheWay:
    @pytest.mark.parametrize("step", [step for step in FollowUp.Step if step in following_up._STEPS])
    def test_the_sweep_does_the_rest(
        self, linked: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: FollowUp.Step
    ) -> None:
        """Cut off when a step has acted and has not said so: everything happens, and once."""
        choose(linked)
        whole = following_up._STEPS[step]

        def cut_after(*args: Any) -> Any:
            whole(*args)
            raise KeyboardInterrupt

        monkeypatch.setattr(following_up, "_STEPS", following_up._STEPS | {step: cut_after})
        with pytest.raises(KeyboardInterrupt):
            bring(tmp_path / "october", {"bills.csv": OCTOBER})
        monkeypatch.undo()
        run = ImportRun.objects.latest("pk")
        assert (run.status, run.follow_up.step) == (ImportRun.Status.APPLIED, step)

        assert operations.follow_up_imports(at=NOW), "somebody may still be at it"
        assert run.follow_up.step == step
        with time_machine.travel(NOW + following_up.LEASE, tick=False):
            tasks.follow_up_imports()

        run.follow_up.refresh_from_db()
        assert run.follow_up.step == FollowUp.Step.DONE
        assert len(get_bells()) == OutgoingMessage.objects.count() == 1

    def test_who_was_frozen_past_his_lease_writes_nothing(
        self, linked: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While he stood still in a step, the sweep took the package over and brought it to its end."""
        whole = following_up._STEPS[FollowUp.Step.SUBMISSIONS]

        def freeze(*args: Any) -> Any:
            monkeypatch.undo()
            FollowUp.objects.update(claimed_until=NOW)
            assert operations.follow_up_imports(at=NOW)
            return whole(*args)

        monkeypatch.setattr(following_up, "_STEPS", following_up._STEPS | {FollowUp.Step.SUBMISSIONS: freeze})
        run = bring(tmp_path / "october", {"bills.csv": OCTOBER})

        assert FollowUp.objects.get(run=run).step == FollowUp.Step.DONE
        assert len(get_bells()) == 1

    def test_a_worker_called_elsewhere_goes_on_later(self, linked: Link, tmp_path: Path) -> None:
        bring(tmp_path / "october", {"bills.csv": OCTOBER})
        FollowUp.objects.update(step=FollowUp.Step.LINK_REQUESTS, finished_at=None, claimed_until=None)
        calls = iter([True, True, False])

        assert operations.follow_up_imports(at=NOW, may_go_on=lambda: next(calls, False)) is False
        assert operations.follow_up_imports(at=NOW) is True
        assert not FollowUp.objects.filter(finished_at=None).exists()


def test_submissions_learn_their_fate_from_the_package(linked: Link, tmp_path: Path, as_alice: PageClient) -> None:
    """A later period counts what was sent; a corrected package says otherwise, and a second one sets it right."""
    sent = send(linked, "260", "120")
    files = {"bills.csv": OCTOBER.replace("2026-10", "2026-11"), "bill_lines.csv": _lines(260, 120)}

    run = bring(tmp_path / "november", files)
    sent.refresh_from_db()
    assert (sent.status, sent.billed_at, FollowUp.objects.get(run=run).counts["counted"]) == (
        Submission.Status.BILLED,
        NOW,
        1,
    )

    corrected = write_package(tmp_path / "corrected", {"bill_lines.csv": _lines(300, 120)}, period="2026-11")
    import_registry(corrected, at=NOW)
    sent.refresh_from_db()
    assert sent.status == Submission.Status.HANDED_OVER
    assert "другое значение" in as_alice.get(sent.get_absolute_url()).text

    bring(tmp_path / "right", {"bill_lines.csv": _lines(260, 120)})
    sent.refresh_from_db()
    assert (sent.status, sent.billed_otherwise) == (Submission.Status.BILLED, None)


def test_the_next_check_starts_from_what_the_package_brought(linked: Link, tmp_path: Path) -> None:
    later = "registration;code;taken_on;value;kind;source\nR1;1;2026-10-20;400;actual;inspector\n"
    sent = send(linked, "260", "120")
    meters.withdraw_submission(user=linked.user, receipt=sent.receipt, at=NOW)

    bring(tmp_path / "october", {"readings.csv": later})

    known = get_known({sent.meter_id: Moment(NOW.date(), sent.period)})
    assert Decimal(400) in {base.last_actual for base in known.bases.values()}
    assert [row["code"] for row in send(linked, "390", "120").findings] == ["lower_than_actual"]


def _lines(day: int, night: int) -> str:
    return BILL_LINES.replace("B1", "B2").replace(";100;200;", f";200;{day};").replace(";50;90;", f";90;{night};")


def test_the_run_says_applied_the_moment_its_facts_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("exchange.operations.importing.follow_up_import", killed)
    with pytest.raises(KeyboardInterrupt):
        import_registry(write_package(tmp_path / "p", CLEAN), at=NOW)

    run = ImportRun.objects.get()
    assert (run.status, run.follow_up.finished_at) == (ImportRun.Status.APPLIED, None)
    assert run.finished_at - NOW < timedelta(minutes=1)
