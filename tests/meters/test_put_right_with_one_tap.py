"""What a rule suggests is taken with one tap: other values for the meter, or another meter for the values."""

from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from billing.models import Link
from meters import operations
from meters.models import Meter, Reading, Scale, Submission
from tests import residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def fields(link: Link, day: str, night: str) -> dict[str, str]:
    scales = Scale.objects.filter(meter__installations__account=link.account)
    return {f"value-{scale.pk}": day if scale.code == "1" else night for scale in scales}


def send(client: PageClient, values: dict[str, str]) -> str:
    answer = client.post("/readings/", {"key": str(uuid4()), **values})
    assert answer.status_code == 302, answer.content.decode()
    check()
    return str(answer.url)


def check() -> None:
    operations.check_waiting_submissions(at=timezone.now())


def tap(client: PageClient, receipt: str, code: str) -> str:
    return str(client.post(f"/readings/receipts/{receipt}/correction/", {"code": code}).url)


@pytest.fixture
def dacha(alice: User, alices_flat: Link) -> Link:
    """Another two-zone meter, whose register is far ahead of the flat's."""
    link = residents.furnish(alice, title="Дача")
    for reading in Reading.objects.filter(meter__installations__account=link.account):
        reading.value += 70_000
        reading.save()
    return link


def standing(link: Link) -> dict[str, int]:
    submission = Submission.objects.get(account=link.account, status=Submission.Status.ACCEPTED)
    return {value.scale.code: int(value.value or 0) for value in submission.values.all()}


def test_values_of_another_meter_go_to_it(as_alice: PageClient, alices_flat: Link, dacha: Link) -> None:
    page = send(as_alice, fields(alices_flat, "82700", "73500"))
    wrong = Submission.objects.get()
    other = Meter.objects.get(installations__account=dacha.account)
    assert f"Да, записать счётчику № {other.serial}" in as_alice.get(page).content.decode()
    for _ in range(2):
        assert tap(as_alice, wrong.receipt, "other_meter") == page
    check()
    wrong.refresh_from_db()
    assert wrong.status == Submission.Status.SUPERSEDED
    assert standing(dacha) == {"1": 82_700, "2": 73_500}
    assert not Submission.objects.filter(account=alices_flat.account, status=Submission.Status.ACCEPTED).exists()
    html = as_alice.get(page).content.decode()
    assert Submission.objects.get(account=dacha.account).receipt in html


def test_two_meters_taken_for_each_other_are_put_right_together(
    as_alice: PageClient, alices_flat: Link, dacha: Link
) -> None:
    page = send(as_alice, fields(alices_flat, "82700", "73500") | fields(dacha, "12700", "3500"))
    wrong = Submission.objects.get(account=alices_flat.account)
    tap(as_alice, wrong.receipt, "other_meter")
    check()
    assert standing(alices_flat) == {"1": 12_700, "2": 3_500}
    assert standing(dacha) == {"1": 82_700, "2": 73_500}
    html = as_alice.get(page).content.decode()
    assert "Всё готово" in html
    assert all(row.receipt in html for row in Submission.objects.filter(status=Submission.Status.ACCEPTED))


def test_a_meter_no_longer_ones_own_takes_nothing(as_alice: PageClient, alices_flat: Link, dacha: Link) -> None:
    send(as_alice, fields(alices_flat, "82700", "73500"))
    Link.objects.filter(pk=dacha.pk).update(ended_at=NOW)
    wrong = Submission.objects.get()
    tap(as_alice, wrong.receipt, "other_meter")
    wrong.refresh_from_db()
    assert wrong.status in (Submission.Status.NEEDS_CONFIRMATION, Submission.Status.REFUSED)
    assert Submission.objects.count() == 1


def test_a_stranger_moves_nothing(as_alice: PageClient, as_charlie: PageClient, alices_flat: Link, dacha: Link) -> None:
    send(as_alice, fields(alices_flat, "82700", "73500"))
    receipt = Submission.objects.get().receipt
    answer = as_charlie.post(f"/readings/receipts/{receipt}/correction/", {"code": "other_meter"})
    assert answer.status_code == 404


def test_points_lost_in_both_zones_are_one_question_and_one_tap(as_alice: PageClient, alices_flat: Link) -> None:
    page = send(as_alice, fields(alices_flat, "128960", "35880"))
    questioned = Submission.objects.get()
    html = as_alice.get(page).content.decode()
    assert html.count("Похоже, сдвинулась запятая") == 1
    assert "Да, День 12\u00a0896, Ночь 3\u00a0588" in html
    tap(as_alice, questioned.receipt, "lost_point")
    check()
    assert standing(alices_flat) == {"1": 12_896, "2": 3_588}


def test_a_new_meter_is_greeted_once_for_all_its_scales(as_alice: PageClient, alices_flat: Link) -> None:
    Reading.objects.all().delete()
    html = as_alice.get(send(as_alice, fields(alices_flat, "12", "3"))).content.decode()
    assert html.count("Это первые показания счётчика") == 1


def test_one_scale_did_not_change_without_script(as_alice: PageClient, alices_flat: Link) -> None:
    day, night = fields(alices_flat, "12896", "")
    answer = as_alice.post("/readings/", {"key": str(uuid4()), day: "12896", night: "", "unchanged": night})
    check()
    assert answer.status_code == 302
    assert standing(alices_flat) == {"1": 12_896, "2": 3_478}


def test_one_scale_filled_in_so_waits_for_the_other(as_alice: PageClient, alices_flat: Link) -> None:
    night = list(fields(alices_flat, "", ""))[1]
    html = as_alice.post("/readings/", {"key": str(uuid4()), "unchanged": night}).content.decode()
    assert 'value="3478"' in html
    assert "Не хватает показания «День»" in html
    assert not Submission.objects.exists()


def test_enter_in_a_field_sends_and_changes_nothing(as_alice: PageClient, alices_flat: Link) -> None:
    form = as_alice.get("/readings/").content.decode().split("data-draft")[1]
    first = form.split('type="submit"')[1].split("</button>")[0]
    assert "unchanged" not in first
    assert "Передать показания" in first
