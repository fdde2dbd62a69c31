"""Codes and unconfirmed registrations are kept for a day (security.md P4)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import challenges, limits, operations, tasks
from accounts.models import Consent, LimitedAct, PhoneChallenge, Registration, User

pytestmark = pytest.mark.django_db


def begin(phone: str, age: timedelta) -> Registration:
    return operations.begin_registration(
        phone=phone,
        password="x",
        advertising=False,
        visitor=operations.Visitor("203.0.113.7"),
        at=timezone.now() - age,
    )


def test_what_is_older_than_a_day_goes() -> None:
    begin("+79005550101", timedelta(hours=25))
    kept = begin("+79005550102", timedelta(hours=23))
    tasks.forget_old_codes()
    assert Registration.objects.get() == kept
    assert PhoneChallenge.objects.get() == kept.challenge


def test_a_resident_and_what_was_agreed_to_stay() -> None:
    registration = begin("+79005550101", timedelta(hours=25))
    code = challenges.derive_code(registration.challenge)
    operations.confirm_registration(registration_id=registration.public_id, code=code, at=registration.created_at)
    tasks.forget_old_codes()
    assert not Registration.objects.exists()
    assert User.objects.get().consents.count() == Consent.objects.count() == 2


def test_limits_remember_a_month_and_no_longer() -> None:
    for age in (limits.REMEMBERED_FOR + limits.HOUR, limits.REMEMBERED_FOR - limits.HOUR):
        limits.record(limits.CODE_FAILURES_IN_A_ROW, "+79005550101", at=timezone.now() - age)
    tasks.forget_old_codes()
    assert LimitedAct.objects.count() == 1


def test_it_is_done_every_hour() -> None:
    planned = {row["task"]: row["schedule"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
    assert planned["accounts.tasks.forget_old_codes"] == 3600.0
