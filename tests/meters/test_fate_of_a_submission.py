"""What can become of a submission: its timeline for the resident, and that no order of events breaks its promises."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import User
from billing.models import Link
from meters import operations
from meters.models import Meter, Reading, ReadingReview, Scale, Submission
from meters.queries.submissions import STANDING
from tests import factories, residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
Status = Submission.Status


def send(link: Link, day: str, night: str) -> Submission:
    meter = Meter.objects.get(installations__account=link.account)
    (submission,) = operations.submit_readings(
        user=link.user,
        key=uuid4(),
        typed={meter.pk: {"1": day, "2": night}},
        taken_on=timezone.localdate(),
        at=timezone.now(),
    )
    return submission


def check() -> None:
    operations.check_waiting_submissions(at=timezone.now())


def open_page(client: PageClient, submission: Submission) -> str:
    return client.get(submission.get_absolute_url()).content.decode()


def hand_over(link: Link, period: object) -> list[Submission]:
    with transaction.atomic():
        return operations.hand_over_submissions(
            supplier_id=link.account.supplier_id, period=period, after_meter=0, limit=10, at=timezone.now()
        )


@pytest.fixture
def november() -> object:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def test_tells_what_happened_and_what_comes_next(as_alice: PageClient, alices_flat: Link, november: object) -> None:
    submission = send(alices_flat, "12896", "3588")
    check()
    html = open_page(as_alice, submission)
    assert f"Принято порталом № {submission.receipt}" in html
    assert "Вопросов нет." in html
    assert "Передадим поставщику" in html
    assert "Войдёт в счёт за ноябрь" in html
    november.shift(timedelta(minutes=40))
    submission.refresh_from_db()
    hand_over(alices_flat, submission.period)
    submission.refresh_from_db()
    assert submission.handed_over_at == timezone.now()
    html = open_page(as_alice, submission)
    assert "Передадим поставщику" not in html
    assert f'<time datetime="{timezone.localtime().isoformat()}">' in html
    assert "Отозвать" not in html


def test_names_what_took_its_place(as_alice: PageClient, alices_flat: Link, november: object) -> None:
    first = send(alices_flat, "12896", "3588")
    check()
    november.shift(timedelta(minutes=7))
    second = send(alices_flat, "12900", "3590")
    check()
    first.refresh_from_db()
    assert (first.status, first.closed_at) == (Status.SUPERSEDED, timezone.now())
    html = open_page(as_alice, first)
    assert "Заменено другой передачей" in html
    assert f"Квитанция № {second.receipt}" in html


def test_a_withdrawal_can_be_undone(as_alice: PageClient, alices_flat: Link, november: object) -> None:
    submission = send(alices_flat, "12896", "3588")
    check()
    address = f"/readings/receipts/{submission.receipt}/"
    as_alice.post(f"{address}withdrawal/")
    html = open_page(as_alice, submission)
    assert "Эти показания отозваны" in html
    assert "Вернуть показания" in html
    answer = as_alice.post(f"{address}restoration/")
    assert as_alice.post(f"{address}restoration/").url == answer.url
    check()
    again = Submission.objects.get(supersedes=submission)
    assert again.status == Status.ACCEPTED
    values = set(Reading.objects.filter(submission=again).values_list("value", flat=True))
    assert values == {Decimal(12896), Decimal(3588)}


def test_a_withdrawal_is_not_undone_over_newer_readings(
    as_alice: PageClient, alices_flat: Link, november: object
) -> None:
    submission = send(alices_flat, "12896", "3588")
    check()
    address = f"/readings/receipts/{submission.receipt}/"
    as_alice.post(f"{address}withdrawal/")
    send(alices_flat, "12900", "3590")
    check()
    assert "Вернуть показания" not in open_page(as_alice, submission)
    answer = as_alice.post(f"{address}restoration/", follow=True)
    assert "уже всё решено" in answer.content.decode()
    assert Submission.objects.filter(status=Status.ACCEPTED).count() == 1


def test_a_withdrawal_is_not_undone_for_a_bill_that_is_closed(
    as_alice: PageClient, alices_flat: Link, november: object
) -> None:
    submission = send(alices_flat, "12896", "3588")
    operations.withdraw_submission(user=alices_flat.user, receipt=submission.receipt, at=timezone.now())
    november.shift(timedelta(days=20))
    with pytest.raises(operations.NotPossibleNow):
        operations.restore_submission(user=alices_flat.user, receipt=submission.receipt, at=timezone.now())


def test_a_stranger_undoes_nothing(as_charlie: PageClient, alices_flat: Link, november: object) -> None:
    submission = send(alices_flat, "12896", "3588")
    operations.withdraw_submission(user=alices_flat.user, receipt=submission.receipt, at=timezone.now())
    assert as_charlie.post(f"/readings/receipts/{submission.receipt}/restoration/").status_code == 404


class Fates(RuleBasedStateMachine):
    """Anything may happen in any order: a resident, the worker, staff, the supplier and time (R17)."""

    def __init__(self) -> None:
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback._from_testcase = True  # so that durable operations may run inside
        self.rollback.__enter__()
        self.clock = time_machine.travel(NOW, tick=False)
        self.traveller = self.clock.start()
        user: User = factories.UserFactory()
        self.link = residents.furnish(user)
        self.staff: User = factories.UserFactory(is_staff=True)
        self.receipts: set[str] = set()
        self.supplied: dict[int, tuple[object, ...]] = {}

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    def attempt(self, deed: Callable[..., object], **facts: object) -> None:
        try:
            deed(at=timezone.now(), **facts)
        except operations.NotPossibleNow:
            self.refused = True

    def any_of(self, number: int) -> Submission:
        rows = list(Submission.objects.order_by("pk"))
        return rows[number % len(rows)]

    @rule(day=st.sampled_from(["12612", "12896", "13100", "3588", "128960", "12000", "9999999", "x"]))
    def sends(self, day: str) -> None:
        self.receipts.add(send(self.link, day, "3588").receipt)

    @rule()
    def is_checked(self) -> None:
        check()

    @precondition(lambda self: self.receipts)
    @rule(number=st.integers(0, 5))
    def confirms(self, number: int) -> None:
        self.attempt(operations.confirm_submission, user=self.link.user, receipt=self.any_of(number).receipt)

    @precondition(lambda self: self.receipts)
    @rule(number=st.integers(0, 5))
    def withdraws(self, number: int) -> None:
        self.attempt(operations.withdraw_submission, user=self.link.user, receipt=self.any_of(number).receipt)

    @precondition(lambda self: self.receipts)
    @rule(number=st.integers(0, 5))
    def restores(self, number: int) -> None:
        self.attempt(operations.restore_submission, user=self.link.user, receipt=self.any_of(number).receipt)

    @precondition(lambda self: self.receipts)
    @rule(number=st.integers(0, 5), code=st.sampled_from(["zones_swapped", "lost_point"]))
    def takes_what_is_suggested(self, number: int, code: str) -> None:
        receipt = self.any_of(number).receipt
        self.attempt(operations.take_suggestion, user=self.link.user, receipt=receipt, code=code)

    @precondition(lambda self: self.receipts)
    @rule(number=st.integers(0, 5), decision=st.sampled_from(ReadingReview.Decision.values))
    def staff_decide(self, number: int, decision: str) -> None:
        self.attempt(
            operations.review_submission,
            submission_id=self.any_of(number).pk,
            staff=self.staff,
            decision=decision,
            reason="Проверено.",
        )

    @rule(days=st.integers(1, 12))
    def time_goes_on(self, days: int) -> None:
        self.traveller.shift(timedelta(days=days))

    @rule()
    def is_handed_over(self) -> None:
        for period in operations.get_periods_to_hand_over(self.link.account.supplier_id):
            for row in hand_over(self.link, period):
                self.supplied[row.pk] = self.picture(row)

    @rule()
    def supplier_returns_one(self) -> None:
        row = Submission.objects.filter(status=Status.HANDED_OVER).order_by("pk").first()
        if row is not None:
            with transaction.atomic():
                operations.take_back_submissions(refusals={row.pk: ("нет счётчика", NOW)}, at=timezone.now())
            del self.supplied[row.pk]

    @rule()
    def bill_comes(self) -> None:
        row = Submission.objects.filter(status=Status.HANDED_OVER).order_by("pk").first()
        if row is not None and not self.link.account.bills.filter(period=row.period).exists():
            bill = factories.BillFactory(account=self.link.account, period=row.period)
            for value in row.values.select_related("scale"):
                serial, code = row.meter.serial, value.scale.code
                factories.BillLineFactory(bill=bill, serial=serial, code=code, current=value.value)
            operations.mark_billed_submissions(supplier_id=self.link.account.supplier_id, at=timezone.now())

    @staticmethod
    def picture(row: Submission) -> tuple[object, ...]:
        values = sorted(row.values.values_list("scale__code", "value"))
        return row.receipt, row.period, row.taken_on, row.accepted_at, tuple(values)

    @invariant()
    def every_receipt_stays(self) -> None:
        assert self.receipts <= set(Submission.objects.values_list("receipt", flat=True))

    @invariant()
    def one_stands_for_a_bill(self) -> None:
        standing = list(Submission.objects.filter(status__in=STANDING).values_list("meter_id", "period"))
        assert len(standing) == len(set(standing))

    @invariant()
    def what_stands_has_its_readings_and_nothing_else_has(self) -> None:
        scales = Scale.objects.count()
        for row in Submission.objects.all():
            made = Reading.objects.filter(submission=row).count()
            if row.status not in STANDING:
                assert made == 0, row.status
                assert row.accepted_at is None or row.status == Status.SUPERSEDED
            else:
                assert row.accepted_at is not None
                assert made in (0, scales)  # a later reading of the same day may have taken the place of these

    @invariant()
    def what_the_supplier_has_never_changes(self) -> None:
        for row in Submission.objects.filter(pk__in=self.supplied):
            assert row.status in (Status.HANDED_OVER, Status.BILLED)
            assert self.picture(row) == self.supplied[row.pk]

    @invariant()
    def what_ended_says_when(self) -> None:
        for row in Submission.objects.all():
            ended = row.status in (Status.REFUSED, Status.SUPERSEDED, Status.WITHDRAWN)
            assert ended == (row.closed_at is not None), row.status


def test_no_order_of_events_breaks_a_promise() -> None:
    run_state_machine_as_test(
        Fates,
        settings=settings(
            max_examples=25,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
