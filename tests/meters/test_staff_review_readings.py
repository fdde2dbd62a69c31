"""Staff look at questioned readings in the admin, and the resident hears what they decided."""

from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from billing.models import Link
from meters import operations
from meters.models import Meter, Reading, ReadingReview, Submission
from notifications.models import Notification
from tests import residents
from tests.factories import NOW
from tests.pages import PageClient

QUEUE = "/admin/meters/submission/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_staff(staff: User) -> PageClient:
    return residents.sign_in_staff(PageClient(), staff)


@pytest.fixture
def first_reading(alices_flat: Link) -> Submission:
    """Accepted, and queued for staff: there is no history to compare with."""
    meter = Meter.objects.get(installations__account=alices_flat.account)
    Reading.objects.filter(meter=meter).delete()
    typed = {meter.pk: {"1": "312", "2": "155"}}
    operations.submit_readings(user=alices_flat.user, key=uuid4(), typed=typed, taken_on=NOW.date(), at=NOW)
    operations.check_waiting_submissions(at=NOW)
    return Submission.objects.get()


def decide(client: PageClient, submission: Submission, decision: str, reason: str) -> str:
    address = reverse("admin:meters_submission_review", args=[submission.pk])
    answer = client.post(address, {"decision": decision, "reason": reason}, follow=True)
    submission.refresh_from_db()
    return answer.content.decode()


def test_the_queue_holds_what_waits_for_a_decision(as_staff: PageClient, first_reading: Submission) -> None:
    assert first_reading.needs_review
    assert first_reading.receipt in as_staff.get(QUEUE).content.decode()
    decide(as_staff, first_reading, "accept", "Сверили с актом допуска.")
    assert first_reading.receipt not in as_staff.get(QUEUE).content.decode()
    assert first_reading.receipt in as_staff.get(QUEUE, {"queue": "all"}).content.decode()


@pytest.mark.parametrize("typed", ["receipt", "serial", "account"])
def test_finds_by_receipt_meter_and_account(as_staff: PageClient, first_reading: Submission, typed: str) -> None:
    wanted = {
        "receipt": first_reading.receipt,
        "serial": f"№ 00{first_reading.meter.serial}",
        "account": first_reading.account.number.replace("\\", " "),
    }[typed]
    page = as_staff.get(QUEUE, {"q": wanted, "queue": "all"}).content.decode()
    assert first_reading.receipt in page
    assert first_reading.receipt not in as_staff.get(QUEUE, {"q": "99999999", "queue": "all"}).content.decode()


def test_the_page_shows_what_was_typed_and_what_was_found(as_staff: PageClient, first_reading: Submission) -> None:
    page = as_staff.get(f"{QUEUE}{first_reading.pk}/change/").content.decode()
    assert "312" in page
    assert first_reading.meter.serial in page
    assert "Решить" in page


@pytest.mark.parametrize(
    ("decision", "status"), [("accept", "accepted"), ("refuse", "refused"), ("ask", "needs_confirmation")]
)
def test_a_decision_is_kept_and_heard_of(
    as_staff: PageClient, as_alice: PageClient, staff: User, first_reading: Submission, decision: str, status: str
) -> None:
    decide(as_staff, first_reading, decision, "Пришлите фото счётчика.")
    assert (first_reading.status, first_reading.needs_review) == (status, False)
    review = ReadingReview.objects.get()
    assert (review.staff, review.reason) == (staff, "Пришлите фото счётчика.")
    assert Notification.objects.filter(user=first_reading.user, event="meters/submission_reviewed").count() == 1
    assert "Пришлите фото счётчика." in as_alice.get(first_reading.get_absolute_url()).content.decode()
    assert Reading.objects.filter(submission=first_reading).exists() is (decision == "accept")


def test_the_words_of_staff_are_heard_as_they_were_written(
    as_staff: PageClient, as_alice: PageClient, first_reading: Submission
) -> None:
    decide(as_staff, first_reading, "refuse", 'В акте "312" & <печать>')
    news = Notification.objects.get(event="meters/submission_reviewed")
    assert news.text.endswith('В акте "312" & <печать>')
    assert "&quot;312&quot; &amp; &lt;печать&gt;" in as_alice.get("/notifications/").content.decode()


def test_what_staff_asked_about_comes_back_to_them_once_confirmed(
    as_staff: PageClient, as_alice: PageClient, first_reading: Submission
) -> None:
    decide(as_staff, first_reading, "ask", "Точно 312?")
    as_alice.post(reverse("meters:submission_confirm", args=[first_reading.receipt]))
    first_reading.refresh_from_db()
    assert (first_reading.status, first_reading.needs_review) == ("accepted", True)
    assert set(Reading.objects.values_list("value", flat=True)) == {Decimal(312), Decimal(155)}


def test_a_decision_wants_a_reason(as_staff: PageClient, first_reading: Submission) -> None:
    assert "Напишите, почему" in decide(as_staff, first_reading, "refuse", " ")
    assert first_reading.status == Submission.Status.ACCEPTED


def test_what_the_supplier_has_is_not_decided_again(as_staff: PageClient, first_reading: Submission) -> None:
    Submission.objects.update(status=Submission.Status.HANDED_OVER)
    assert "уже решено иначе" in decide(as_staff, first_reading, "refuse", "Поздно.")
    assert not ReadingReview.objects.exists()


def test_residents_and_staff_without_a_second_factor_stay_out(
    as_alice: PageClient, staff: User, first_reading: Submission
) -> None:
    address = reverse("admin:meters_submission_review", args=[first_reading.pk])
    half = PageClient()
    half.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    for client in (as_alice, half):
        assert client.post(address, {"decision": "refuse", "reason": "Нет."}).status_code in (302, 403)
    first_reading.refresh_from_db()
    assert first_reading.status == Submission.Status.ACCEPTED


@pytest.mark.parametrize("address", ["/admin/meters/meter/", "/admin/meters/reading/"])
def test_facts_are_found_and_not_edited(as_staff: PageClient, first_reading: Submission, address: str) -> None:
    page = as_staff.get(address, {"q": first_reading.meter.serial})
    assert first_reading.meter.serial in page.content.decode()
    assert as_staff.get(f"{address}add/").status_code == 403
    assert as_staff.get(f"/admin/meters/meter/{first_reading.meter_id}/change/").status_code == 200
