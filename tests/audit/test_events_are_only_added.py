"""An event stays as it was written (security.md P8, ASVS 16.2.1, 16.4.2)."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.kinds import Kind, Result
from accounts.audit.models import SecurityEvent
from accounts.audit.recording import UnsafeFigure, record_event
from accounts.audit.retention import forget_old_events
from accounts.models import User
from tests import residents

pytestmark = pytest.mark.django_db


def test_says_who_what_when_and_what_came_of_it(alice: User, staff: User) -> None:
    now = timezone.now()
    record_event(Kind.STAFF_DECISION, at=now, user=alice, staff=staff.pk, figures={"page": "bill", "rows": 3})
    event = SecurityEvent.objects.get()
    assert (event.user, event.staff, event.happened_at) == (alice, staff, now)
    assert (event.kind, event.result, event.figures) == ("staff.decision", "ok", {"page": "bill", "rows": 3})
    assert event.title == "Решение сотрудника"


@pytest.mark.parametrize("change", ["update", "delete"])
def test_is_neither_changed_nor_deleted(alice: User, change: str) -> None:
    record_event(Kind.SIGN_IN, at=timezone.now(), user=alice)
    rows = SecurityEvent.objects.all()
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        rows.update(result=Result.FAILED) if change == "update" else rows.delete()
    assert SecurityEvent.objects.get().result == "ok"


def test_goes_when_its_year_is_over() -> None:
    now = timezone.now()
    for age in (timedelta(days=367), timedelta(days=364)):
        record_event(Kind.SIGN_IN, at=now - age)
    assert forget_old_events(at=now) == 1
    assert SecurityEvent.objects.get().happened_at == now - timedelta(days=364)
    with pytest.raises(IntegrityError):
        forget_old_events(at=now + timedelta(days=300))


def test_outlives_the_person_it_is_about(alice: User) -> None:
    record_event(Kind.SIGN_IN, at=timezone.now(), user=alice)
    number = alice.pk
    alice.delete()
    assert SecurityEvent.objects.get().user_id == number


@pytest.mark.parametrize("value", [residents.ALICE, "code 123456", "018\\00028517", "x" * 81])
def test_refuses_what_could_be_a_phone_a_code_or_an_account(value: str) -> None:
    with pytest.raises(UnsafeFigure):
        record_event(Kind.SIGN_IN, at=timezone.now(), figures={"what": value})


def test_a_phone_is_told_apart_and_not_told() -> None:
    for phone in (residents.ALICE, residents.ALICE, residents.BORIS):
        record_event(Kind.SIGN_IN, at=timezone.now(), result=Result.FAILED, subject=phone)
    hashes = list(SecurityEvent.objects.order_by("pk").values_list("subject_hash", flat=True))
    assert hashes[0] == hashes[1] != hashes[2]
    assert residents.ALICE[2:] not in hashes[0]


def test_writes_a_line_once_the_row_stands(
    alice: User, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    caplog.set_level(logging.INFO)
    with django_capture_on_commit_callbacks(execute=True):
        record_event(Kind.SIGN_IN, at=timezone.now(), user=alice, result=Result.FAILED, figures={"rows": 2})
        assert not caplog.records
    said = json.loads(caplog.records[-1].getMessage())
    assert (said["event"], said["kind"], said["result"], said["about_id"]) == (
        "security_event",
        "sign_in",
        "failed",
        alice.pk,
    )
    assert caplog.records[-1].levelname == "WARNING"


def test_knows_the_request_and_where_it_came_from(page: Any, alice: User) -> None:
    page.post("/sign-out/", HTTP_USER_AGENT="Firefox/130 Linux", REMOTE_ADDR="203.0.113.9")
    page.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page.post("/sign-out/", HTTP_USER_AGENT="Firefox/130 Linux", REMOTE_ADDR="203.0.113.9")
    event = SecurityEvent.objects.get(kind=Kind.SIGN_OUT)
    assert (event.user, event.network_address, event.device) == (alice, "203.0.113.9", "Firefox, Linux")
    assert len(event.request_id) == 36
