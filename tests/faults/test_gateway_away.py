"""The provider fails in all its ways: tried again by the plan, a code never after its time, no page the slower."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from embedded_services.processes import wait_until
from notifications.models import OutgoingMessage
from notifications.operations import queue_sms
from tests.faults.gateway import Gateway
from tests.faults.stack import Portal, list_backends

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


def promise_sms(lives: timedelta = timedelta(minutes=5)) -> OutgoingMessage:
    at = timezone.now()
    return queue_sms(
        to="+79005550101", event="accounts/phone_taken", context={}, key=uuid4().hex, at=at, expires_at=at + lives
    )


def look(message: OutgoingMessage) -> OutgoingMessage:
    message.refresh_from_db()
    return message


def wait_for(portal: Portal, condition: Callable[[], Any]) -> None:
    assert wait_until(lambda: bool(condition()), seconds=30, step=0.05), portal.log


def test_a_gateway_that_fails_is_asked_again_by_the_plan(portal: Portal, gateway: Gateway) -> None:
    gateway.plan.extend([500, 429, "drop", 503, 201])
    message = promise_sms()
    portal.start_worker()
    for attempt, (delay, reason) in enumerate(
        [(2, "twilio 500 20500"), (5, "twilio 429 20429"), (15, "twilio ConnectionError"), (30, "twilio 503 20503")], 1
    ):
        portal.sweep()
        wait_for(portal, lambda attempt=attempt: look(message).attempts == attempt and message.status == "queued")
        assert message.error == reason
        assert abs((message.next_attempt_at - timezone.now()).total_seconds() - delay) < 2
        portal.sweep()  # too early: nothing happens
        OutgoingMessage.objects.update(next_attempt_at=timezone.now())
    portal.sweep()
    wait_for(portal, lambda: look(message).status == "sent")
    assert len(gateway.asked) == 5
    assert len(set(gateway.asked)) == 1


def test_a_gateway_that_hangs_is_given_five_seconds_and_no_transaction(portal: Portal, gateway: Gateway) -> None:
    gateway.plan.append("hang")
    message = promise_sms()
    portal.start_worker()
    portal.sweep()
    wait_for(portal, lambda: gateway.asked)
    asked_at = timezone.now()
    assert look(message).status == "sending"
    assert list_backends("state <> 'idle'") == []
    wait_for(portal, lambda: look(message).status == "queued")
    assert timedelta(seconds=4) < timezone.now() - asked_at < timedelta(seconds=8)
    assert message.error == "twilio ReadTimeout"


def test_a_code_is_never_sent_after_its_time(portal: Portal, gateway: Gateway) -> None:
    gateway.plan.append(503)
    message = promise_sms(lives=timedelta(seconds=60))
    portal.start_worker()
    portal.sweep()
    wait_for(portal, lambda: look(message).status == "queued" and message.attempts == 1)
    now = timezone.now()
    OutgoingMessage.objects.update(next_attempt_at=now, expires_at=now)  # the minute has gone
    portal.sweep()
    wait_for(portal, lambda: look(message).status == "expired")
    assert len(gateway.asked) == 1


def test_a_bad_number_is_asked_once(portal: Portal, gateway: Gateway) -> None:
    gateway.plan.append(400)
    message = promise_sms()
    portal.start_worker()
    portal.sweep()
    wait_for(portal, lambda: look(message).status == "failed")
    portal.sweep()
    assert len(gateway.asked) == 1
