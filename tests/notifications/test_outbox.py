"""What was promised is sent once, later if need be, or honestly given up."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts import operations as accounts
from accounts.models import User
from notifications import operations, senders
from notifications.models import Notification, OutgoingMessage
from notifications.senders import MemorySender
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
TO = "+79005550101"


class FailingSender:
    """A provider that fails as told."""

    error: Exception = senders.Unavailable("503")

    def send(self, to: str, text: str, key: str) -> str:
        raise self.error


def promise(**more: object) -> OutgoingMessage:
    values: dict[str, object] = {"to": TO, "event": "accounts/phone_taken", "context": {}, "key": "k1", "at": NOW}
    return operations.queue_sms(**(values | more))  # type: ignore[arg-type]


def deliver(message: OutgoingMessage, at: datetime = NOW) -> OutgoingMessage:
    operations.deliver_message(message_id=message.pk, at=at, clock=lambda: at)
    message.refresh_from_db()
    return message


def test_is_sent_once_however_often_a_worker_is_woken() -> None:
    message = promise()
    for _ in range(3):
        deliver(message)
    assert len(MemorySender.outbox) == 1
    assert message.status == OutgoingMessage.Status.SENT
    assert message.provider_id == "memory-1"


def test_the_same_key_is_the_same_message() -> None:
    assert promise().pk == promise().pk


def test_a_provider_that_fails_is_asked_again_later_and_not_before(settings: Any) -> None:
    settings.SMS_SENDER = f"{__name__}.FailingSender"
    message = deliver(promise())
    assert (message.status, message.attempts, message.error) == ("queued", 1, "503")
    settings.SMS_SENDER = "notifications.senders.MemorySender"
    assert deliver(message, NOW + timedelta(seconds=5)).status == "queued"
    assert deliver(message, NOW + timedelta(seconds=10)).status == "sent"


def test_a_bad_number_is_given_up_at_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SMS_SENDER = f"{__name__}.FailingSender"
    monkeypatch.setattr(FailingSender, "error", senders.Refused("twilio 400 21211"))
    message = deliver(promise())
    assert (message.status, message.error) == ("failed", "twilio 400 21211")


def test_gives_up_after_a_day_of_trying(settings: Any) -> None:
    settings.SMS_SENDER = f"{__name__}.FailingSender"
    message, at = promise(), NOW
    while message.status == "queued":
        at = max(at, message.next_attempt_at)
        message = deliver(message, at)
    assert message.status == "failed"
    assert timedelta(hours=8) < at - NOW < timedelta(hours=24)


def test_a_code_is_not_sent_after_its_time() -> None:
    message = promise(expires_at=NOW + timedelta(minutes=5))
    assert deliver(message, NOW + timedelta(minutes=5)).status == "expired"
    assert MemorySender.outbox == []


def test_a_code_already_used_is_not_sent() -> None:
    registration = accounts.begin_registration(
        phone=TO, password="Yasnaya7zvezda", advertising=False, visitor=accounts.Visitor("127.0.0.1"), at=NOW
    )
    registration.challenge.used_at = NOW
    registration.challenge.save()
    assert deliver(OutgoingMessage.objects.get()).status == "expired"


def test_a_worker_that_died_while_sending_leaves_a_claim_that_runs_out() -> None:
    message = promise()
    OutgoingMessage.objects.update(status="sending", claimed_at=NOW, attempts=1)
    assert operations.sweep_messages(at=NOW + timedelta(seconds=59)) == []
    assert operations.sweep_messages(at=NOW + timedelta(seconds=60)) == [message.pk]
    assert deliver(message, NOW + timedelta(seconds=60)).status == "sent"


def test_a_message_that_ends_every_worker_is_given_up() -> None:
    message = promise()
    OutgoingMessage.objects.update(status="sending", claimed_at=NOW, attempts=10)
    message = deliver(message, NOW + timedelta(seconds=60))
    assert (message.status, message.error) == ("failed", "given up")
    assert not MemorySender.outbox
    assert operations.sweep_messages(at=NOW + timedelta(days=1)) == []


def test_the_sweep_finds_what_the_queue_forgot() -> None:
    waiting, sent = promise(), promise(key="k2")
    deliver(sent)
    assert operations.sweep_messages(at=NOW) == [waiting.pk]


def test_a_letter_carries_its_documents() -> None:
    path = default_storage.save("reports/act.pdf", ContentFile(b"%PDF-1.7 act"))
    message = OutgoingMessage.objects.create(
        channel="email",
        recipient="branch@branch.example",
        subject="018\\00028517",
        body="Акт во вложении.",
        attachments=[{"name": "act.pdf", "path": path, "content_type": "application/pdf"}],
        event="support/report_made",
        key="k3",
        created_at=NOW,
        next_attempt_at=NOW,
    )
    assert deliver(message).status == "sent"
    assert mail.outbox[0].attachments[0][0] == "act.pdf"
    assert mail.outbox[0].subject == "018\\00028517"
    assert mail.outbox[0].to == ["branch@branch.example"]


def write_letter(to: str) -> OutgoingMessage:
    return OutgoingMessage.objects.create(
        channel="email",
        recipient=to,
        subject="Тема",
        body="Текст",
        event="a/b",
        key="k/4",
        created_at=NOW,
        next_attempt_at=NOW,
    )


@pytest.mark.parametrize("sender", ["portal@example.org", "Личный кабинет <portal@example.org>"])
def test_a_letter_is_numbered_at_the_host_it_comes_from(settings: Any, sender: str) -> None:
    settings.DEFAULT_FROM_EMAIL = sender
    deliver(write_letter("a@example.org"))
    assert mail.outbox[0].message()["Message-ID"] == "<k.4@example.org>"


def test_an_address_no_letter_can_carry_is_given_up_at_once() -> None:
    message = deliver(write_letter("a@example.org\nBcc: b@example.org"))
    assert (message.status, message.error) == ("failed", "BadHeaderError")


@pytest.fixture
def twilio(settings: Any) -> senders.TwilioSender:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, "token"
    settings.TWILIO_SENDER, settings.TWILIO_API_URL = "PORTAL", "https://twilio.example"
    return senders.TwilioSender()


URL = f"https://twilio.example/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"


@responses.activate
def test_twilio_gets_the_number_and_the_text_and_nothing_else(twilio: senders.TwilioSender) -> None:
    responses.post(URL, json={"sid": "SM1", "status": "queued"}, status=201)
    assert twilio.send(TO, "Код 123456", "k") == "SM1"
    body = parse_qs(str(responses.calls[0].request.body))
    assert body == {"To": [TO], "From": ["PORTAL"], "Body": ["Код 123456"]}


@responses.activate
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 21211, senders.Refused),
        (401, 20003, senders.Unavailable),
        (403, 20005, senders.Unavailable),
        (429, 20429, senders.Unavailable),
        (503, 20503, senders.Unavailable),
    ],
)
def test_twilio_says_no_for_ever_or_for_now(
    twilio: senders.TwilioSender, status: int, code: int, error: type[senders.NotSent]
) -> None:
    responses.post(URL, json={"code": code, "message": "no", "status": status}, status=status)
    with pytest.raises(senders.NotSent) as caught:
        twilio.send(TO, "Код", "k")
    assert type(caught.value) is error
    assert TO not in str(caught.value)


@responses.activate
@pytest.mark.parametrize("failure", [requests.ConnectionError("refused"), requests.Timeout("slow")])
def test_twilio_out_of_reach_is_tried_again(twilio: senders.TwilioSender, failure: Exception) -> None:
    responses.post(URL, body=failure)
    with pytest.raises(senders.Unavailable):
        twilio.send(TO, "Код", "k")


def test_the_bell_counts_opens_and_shows_only_ones_own(
    as_alice: PageClient, as_charlie: PageClient, alice: User
) -> None:
    assert "Здесь пока тихо" in as_alice.get("/notifications/").content.decode()
    row = operations.notify(user=alice, event="accounts/welcome", context={}, url="/readings/", at=NOW)
    assert "Кабинет готов" in as_alice.get("/notifications/").content.decode()
    assert as_charlie.post(f"/notifications/{row.pk}/open/").status_code == 404
    assert as_alice.get(f"/notifications/{row.pk}/open/").status_code == 405
    assert as_alice.post(f"/notifications/{row.pk}/open/").url == "/readings/"
    row.refresh_from_db()
    assert row.read_at is not None


def test_the_bell_pages_by_key_and_can_be_read_at_once(as_alice: PageClient, alice: User) -> None:
    for number in range(31):
        operations.notify(user=alice, event="accounts/welcome", context={}, url=f"/{number}/", at=NOW)
    html = as_alice.get("/notifications/").content.decode()
    assert html.count("is-new") == 30
    oldest = Notification.objects.order_by("pk")[0].pk
    assert f"?before={oldest + 1}" in html
    assert as_alice.get(f"/notifications/?before={oldest + 1}").content.decode().count("is-new") == 1
    as_alice.post("/notifications/read/")
    assert not Notification.objects.unread().exists()
