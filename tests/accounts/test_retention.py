"""Codes and unconfirmed registrations are kept for a day (security.md P4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import challenges, limits, operations
from accounts.contacts.operations import begin_phone_change
from accounts.models import Consent, LimitedAct, PhoneChallenge, PhoneChange, Registration, User
from portal import tasks

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
    tasks.forget_what_is_old()
    assert Registration.objects.get() == kept
    assert PhoneChallenge.objects.get() == kept.challenge


def test_a_resident_and_what_was_agreed_to_stay() -> None:
    registration = begin("+79005550101", timedelta(hours=25))
    code = challenges.derive_code(registration.challenge)
    operations.confirm_registration(registration_id=registration.public_id, code=code, at=registration.created_at)
    tasks.forget_what_is_old()
    assert not Registration.objects.exists()
    assert User.objects.get().consents.count() == Consent.objects.count() == 2


def test_limits_remember_a_month_and_no_longer() -> None:
    for age in (limits.REMEMBERED_FOR + limits.HOUR, limits.REMEMBERED_FOR - limits.HOUR):
        limits.record(limits.CODE_FAILURES_IN_A_ROW, "+79005550101", at=timezone.now() - age)
    tasks.forget_what_is_old()
    assert LimitedAct.objects.count() == 1


def test_a_new_number_that_nobody_confirmed_goes_with_its_code(alice: User) -> None:
    for phone, hours in (("+79005550177", 25), ("+79005550178", 23)):
        visitor, at = operations.Visitor("203.0.113.7"), timezone.now() - timedelta(hours=hours)
        begin_phone_change(user=alice, phone=phone, visitor=visitor, at=at)
    tasks.forget_what_is_old()
    assert PhoneChange.objects.get().phone == "+79005550178"
