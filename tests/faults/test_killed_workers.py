"""kill -9, at the worst moment: nothing is lost and nothing happens twice."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from embedded_services.processes import wait_until
from meters import operations as readings
from meters.models import Meter, Reading, Submission, ThresholdTrial
from notifications.models import OutgoingMessage
from notifications.operations import LEASE, queue_sms
from tests.faults.gateway import Gateway
from tests.faults.servers import Broker, kill_group
from tests.faults.stack import Portal, list_backends

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
WAITING = Submission.objects.filter(status=Submission.Status.SUBMITTED)


def send_readings(resident: User, meters: list[Meter]) -> list[Submission]:
    typed = {meter.pk: {"1": "12896", "2": "3588"} for meter in meters}
    at = timezone.now()
    return readings.submit_readings(user=resident, key=uuid4(), typed=typed, taken_on=timezone.localdate(at), at=at)


def promise_sms() -> OutgoingMessage:
    at = timezone.now()
    return queue_sms(
        to="+79005550101",
        event="accounts/phone_taken",
        context={},
        key=uuid4().hex,
        at=at,
        expires_at=at + timedelta(minutes=5),
    )


def test_a_worker_killed_while_it_checks(portal: Portal, resident: User, meters: list[Meter]) -> None:
    sent = send_readings(resident, meters)
    worker = portal.start_worker()
    with transaction.atomic(), connection.cursor() as cursor:
        # The batch is claimed and judged, and stops where its readings are written.
        cursor.execute("LOCK TABLE meters_reading IN SHARE ROW EXCLUSIVE MODE")
        portal.sweep()
        assert wait_until(lambda: bool(list_backends("wait_event_type = 'Lock'")), seconds=30, step=0.1), portal.log
        kill_group(worker)
    assert wait_until(lambda: not list_backends("wait_event_type = 'Lock'"), seconds=10)
    assert WAITING.count() == len(sent)
    assert not Reading.objects.filter(submission__isnull=False).exists()

    portal.start_worker()
    portal.sweep()
    assert wait_until(lambda: not WAITING.exists(), seconds=30, step=0.1), portal.log
    accepted = Submission.objects.filter(status=Submission.Status.ACCEPTED)
    assert {row.receipt for row in accepted} == {row.receipt for row in sent}
    written = Reading.objects.filter(submission__isnull=False)
    assert written.count() == 2 * len(sent)
    assert written.values("scale", "taken_on").distinct().count() == 2 * len(sent)


def test_a_worker_killed_while_it_tries_thresholds(portal: Portal, resident: User, meters: list[Meter]) -> None:
    figures = dict.fromkeys(("high", "very_high", "floor_kwh", "floor_m3"), Decimal(9))
    supplier, at = meters[0].supplier, timezone.now()
    trial = readings.start_threshold_trial(
        supplier=supplier, figures=figures, until=timezone.localdate(at), staff=resident, at=at
    )
    worker = portal.start_worker()
    with transaction.atomic(), connection.cursor() as cursor:
        # The step is leased, and stops where it reads what was measured.
        cursor.execute("LOCK TABLE meters_reading IN ACCESS EXCLUSIVE MODE")
        portal.sweep()
        assert wait_until(lambda: bool(list_backends("wait_event_type = 'Lock'")), seconds=30, step=0.1), portal.log
        kill_group(worker)
    trial.refresh_from_db()
    assert (trial.status, trial.looked_at, trial.attempts) == ("running", 0, 1)

    ThresholdTrial.objects.update(leased_until=timezone.now())  # a minute later
    portal.start_worker()
    portal.sweep()
    done = ThresholdTrial.objects.filter(status="done", looked_at=len(meters), attempts=0)
    assert wait_until(done.exists, seconds=30, step=0.1), portal.log
    assert done.get().outcomes["judged"] > 0


def test_a_worker_killed_while_it_sends(portal: Portal, gateway: Gateway) -> None:
    message = promise_sms()
    gateway.plan.append("hang")
    worker = portal.start_worker()
    portal.sweep()
    assert wait_until(lambda: len(gateway.asked) == 1, seconds=30, step=0.1), portal.log
    assert list_backends("state <> 'idle'") == [], "no transaction waits for the gateway"
    kill_group(worker)

    portal.start_worker()
    portal.sweep()
    OutgoingMessage.objects.update(claimed_at=timezone.now() - LEASE)  # a minute later
    assert wait_until(lambda: _is_taken(portal, message), seconds=30, step=0.5), portal.log
    for _ in range(3):
        portal.sweep()
    assert wait_until(lambda: _is_taken(portal, message), seconds=1)
    assert len(gateway.asked) == 2
    assert len(set(gateway.asked)) == 1, "the same words again"


def test_a_queue_that_was_wiped_is_rebuilt_from_the_tables(
    portal: Portal, broker: Broker, gateway: Gateway, resident: User, meters: list[Meter]
) -> None:
    sent = send_readings(resident, meters)
    messages = [promise_sms() for _ in range(5)]
    portal.sweep()
    assert broker.count_waiting() > 0
    broker.wipe()
    assert broker.count_waiting() == 0
    portal.start_worker()
    portal.sweep()

    def all_is_done() -> bool:
        return not WAITING.exists() and not OutgoingMessage.objects.exclude(status="sent").exists()

    assert wait_until(all_is_done, seconds=30, step=0.1), portal.log
    assert len(gateway.asked) == len(messages)
    assert Submission.objects.filter(status=Submission.Status.ACCEPTED).count() == len(sent)


def _is_taken(portal: Portal, message: OutgoingMessage) -> bool:
    portal.sweep()
    message.refresh_from_db()
    return message.status == OutgoingMessage.Status.SENT
