"""A line of a worker, and an event, name the request that caused them (issue 3, item 7)."""

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from celery.contrib.testing.worker import start_worker
from django.utils import timezone

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.audit.recording import record_event
from accounts.models import User
from notifications import hints, operations, senders, tasks
from notifications.causes import caused_by, get_request_id
from notifications.models import OutgoingMessage
from portal.celery import app
from portal.log_lines import JsonLine
from tests import residents
from tests.factories import NOW, PASSWORD
from tests.pages import PageClient


class Lines:
    """All lines as production writes them, read as JSON."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(JsonLine())

    def listen(self) -> None:
        """Again after a worker has begun: it configures logging anew, as Django does at every start."""
        logging.getLogger().addHandler(self.handler)
        logging.getLogger().setLevel(logging.INFO)

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    level, lines = logging.getLogger().level, Lines()
    lines.listen()
    yield lines
    logging.getLogger().removeHandler(lines.handler)
    logging.getLogger().setLevel(level)


@pytest.mark.django_db(transaction=True)
def test_a_hint_carries_it_to_the_worker(page: PageClient, lines: Lines) -> None:
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=10):
        lines.listen()
        page.post("/password-reset/", {"phone": residents.make_resident(residents.ALICE).phone})
        message = OutgoingMessage.objects.get()
        for _ in range(100):
            message.refresh_from_db()
            if message.status == OutgoingMessage.Status.SENT:
                break
            time.sleep(0.1)
    assert message.status == OutgoingMessage.Status.SENT
    assert message.request_id
    of_request = [line for line in lines() if line.get("request_id") == message.request_id]
    said = [line["event"] for line in of_request]
    assert {"request_started", "task_enqueued", "task_started", "message_sent"} <= set(said)
    assert "task_id" in next(line for line in of_request if line["event"] == "message_sent")


@pytest.mark.django_db
def test_a_row_whose_hint_was_lost_still_knows_it(
    page: PageClient, alice: User, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    page.post("/password-reset/", {"phone": residents.ALICE})
    message = OutgoingMessage.objects.get()
    hinted: list[int] = []
    monkeypatch.setattr(hints, "send_hint", lambda task, **arguments: hinted.append(arguments["message_id"]))
    tasks.sweep_messages()
    assert hinted == [message.pk]
    tasks.deliver_message(message_id=message.pk)
    sent = next(line for line in lines() if line["event"] == "message_sent")
    assert sent["request_id"] == message.request_id != ""
    assert get_request_id() == ""


@pytest.mark.django_db
def test_a_provider_that_fails_is_told_under_the_same_id(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise senders.Unavailable("503")

    monkeypatch.setattr(senders, "send", fail)
    with caused_by("the-request"):
        message = operations.queue_sms(
            to=residents.ALICE, event="accounts/phone_taken", context={}, key="one", at=timezone.now()
        )
    tasks.deliver_message(message_id=message.pk)
    assert [line["request_id"] for line in lines() if line["event"] == "message_not_sent"] == ["the-request"]


@pytest.mark.django_db
def test_an_event_names_the_request_of_its_line(page: PageClient, alice: User, lines: Lines) -> None:
    page.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page.post("/sign-out/")
    event = SecurityEvent.objects.get(kind=Kind.SIGN_OUT)
    started = next(line for line in lines() if line["event"] == "request_started")
    assert event.request_id == started["request_id"]


@pytest.mark.django_db
def test_without_a_request_there_is_none() -> None:
    structlog.contextvars.clear_contextvars()
    event = record_event(Kind.SIGN_IN, at=NOW)
    assert (event.request_id, event.network_address) == ("", None)


@pytest.mark.django_db
def test_no_line_has_the_address_or_the_phone_of_anybody(page: PageClient, alice: User, lines: Lines) -> None:
    page.post("/sign-in/", {"phone": residents.ALICE, "password": PASSWORD}, REMOTE_ADDR="203.0.113.77")
    text = json.dumps(lines())
    assert "request_finished" in text
    assert not [secret for secret in ("203.0.113.77", residents.ALICE[2:], PASSWORD) if secret in text]


@pytest.mark.parametrize(
    "said", ["two\r\nlines", '{"event": "forged"', "\x1b[31mred", '{"event": "a"}\n{"event": "b"}']
)
def test_a_message_stays_one_line(said: str) -> None:
    """ASVS 16.4.1."""
    record = logging.LogRecord("any", logging.WARNING, __file__, 1, said, (), None)
    line = JsonLine().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    read = json.loads(line)
    assert read["event"] == said
    assert {"at", "level", "logger"} <= set(read)
    assert read["at"].endswith("+00:00")
