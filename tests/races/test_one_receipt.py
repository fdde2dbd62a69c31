"""Readings sent at the same moment: one receipt a meter, one accepted row a bill, and no lost decision."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from meters import operations
from meters.models import Meter, Reading, Scale, Submission
from tests import residents
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def resident() -> User:
    return residents.make_resident(residents.ALICE)


@pytest.fixture
def meters(resident: User) -> list[Meter]:
    links = [residents.furnish(resident, title=title) for title in ("Квартира", "Дача")]
    return [Meter.objects.get(installations__account=link.account) for link in links]


def at_once(deed: Callable[[Any], Any], given: list[Any]) -> list[Any]:
    def run(each: Any) -> Any:
        try:
            return deed(each)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(run, given))


def submit(user: User, meters: list[Meter], key: UUID, day: str = "12896") -> list[str]:
    typed = {meter.pk: {"1": day, "2": "3588"} for meter in meters}
    sent = operations.submit_readings(user=user, key=key, typed=typed, taken_on=NOW.date(), at=NOW)
    return [row.receipt for row in sent]


def test_twenty_parallel_posts_of_one_form_make_one_receipt_for_each_meter(
    resident: User, meters: list[Meter], settings: object
) -> None:
    key = str(uuid4())
    scales = Scale.objects.filter(meter__in=meters)
    values = {f"value-{scale.pk}": "12896" if scale.code == "1" else "3588" for scale in scales}

    def post(_: int) -> str:
        client = Client()
        client.force_login(resident, backend="django.contrib.auth.backends.ModelBackend")
        return str(client.post("/readings/", {"key": key, **values}).headers.get("Location"))

    assert set(at_once(post, list(range(20)))) == {f"/readings/{key}/"}
    assert Submission.objects.count() == len(meters)


def test_everyone_gets_the_same_receipts(resident: User, meters: list[Meter]) -> None:
    key = uuid4()
    answers = at_once(lambda _: submit(resident, meters, key), list(range(20)))
    assert {tuple(answer) for answer in answers} == {tuple(answers[0])}


def test_many_sendings_for_one_bill_leave_one_accepted(resident: User, meters: list[Meter]) -> None:
    """R17: checked by several workers together while more arrive."""

    def send_and_check(number: int) -> int:
        submit(resident, meters[:1], uuid4(), str(12850 + number % 5))
        return operations.check_waiting_submissions(at=NOW + timedelta(seconds=number))

    at_once(send_and_check, list(range(30)))
    operations.check_waiting_submissions(at=NOW)
    assert not Submission.objects.filter(status=Submission.Status.SUBMITTED).exists()
    accepted = Submission.objects.get(status=Submission.Status.ACCEPTED)
    assert Submission.objects.filter(status=Submission.Status.SUPERSEDED).count() == 29
    values = {value.scale.code: value.value for value in accepted.values.select_related("scale")}
    readings = Reading.objects.filter(meter=meters[0], taken_on=NOW.date()).select_related("scale")
    assert {row.scale.code: row.value for row in readings} == values


def test_a_tap_repeated_in_parallel_makes_one_correction(resident: User, meters: list[Meter]) -> None:
    typed = {meters[0].pk: {"1": "3588", "2": "12896"}}
    operations.submit_readings(user=resident, key=uuid4(), typed=typed, taken_on=NOW.date(), at=NOW)
    operations.check_waiting_submissions(at=NOW)
    questioned = Submission.objects.get()

    def tap(_: int) -> str:
        corrected = operations.take_suggestion(user=resident, receipt=questioned.receipt, code="zones_swapped", at=NOW)
        return corrected.receipt

    assert len(set(at_once(tap, list(range(10))))) == 1
    assert Submission.objects.count() == 2


def test_confirming_and_withdrawing_together_end_in_one_state(resident: User, meters: list[Meter]) -> None:
    submit(resident, meters[:1], uuid4(), "13900")
    operations.check_waiting_submissions(at=NOW)
    receipt = Submission.objects.get().receipt

    def decide(deed: Callable[..., Submission]) -> str:
        try:
            deed(user=resident, receipt=receipt, at=NOW)
        except operations.NotPossibleNow:
            return "too late"
        return "done"

    at_once(decide, [operations.confirm_submission, operations.withdraw_submission] * 5)
    status = Submission.objects.get().status
    assert status == Submission.Status.WITHDRAWN
    assert not Reading.objects.filter(submission__isnull=False).exists()
