"""Staff see how the limits stand and let a phone try again, with a reason."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import limits, policies
from accounts.models import PhoneRelease, User
from tests import residents

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:accounts_phonerelease_changelist", "admin:accounts_phonerelease_add"
REASON = "Житель позвонил: СМС не приходит."


def open_office(staff: User) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=staff, name="t", confirmed=True).persistent_id
    session.save()
    return client


def spend(phone: str, times: int) -> None:
    for _ in range(times):
        limits.record(limits.SMS_PER_PHONE[0], phone, at=timezone.now())


def test_every_policy_of_the_door_is_listed_with_its_count(staff: User) -> None:
    spend(residents.ALICE, 5)
    shown = {state.title: state for state in policies.get_policy_states(at=timezone.now())}
    assert len(shown) == len(policies.LISTED)
    hour = shown["СМС на один телефон за час"]
    assert (hour.admits, hour.counted, hour.stopped) == (5, 5, 1)
    assert shown["СМС на один телефон за сутки"].stopped == 0
    html = open_office(staff).get(reverse(LIST)).content.decode()
    assert "СМС на тысячу соседних номеров за час" in html


def test_a_phone_is_let_off_and_the_reason_stays(staff: User) -> None:
    spend(residents.ALICE, 8)
    office = open_office(staff)
    assert office.get(reverse(ADD)).status_code == 200
    answer = office.post(reverse(ADD), {"phone": "8 900 555-01-01", "reason": REASON}, follow=True)
    html = answer.content.decode()
    assert "Ограничения сняты" in html
    assert "+7 9•• •••-••-01" in html
    assert residents.ALICE not in html
    release = PhoneRelease.objects.get()
    assert (release.phone, release.reason, release.released_by) == (residents.ALICE, REASON, staff)
    assert limits.find_wait([(policy, residents.ALICE) for policy in limits.PER_PHONE], at=timezone.now()) is None


@pytest.mark.parametrize(("phone", "reason"), [("12", REASON), ("+79005550101", ""), ("+79005550101", "так")])
def test_without_a_phone_or_a_reason_nothing_is_let_off(staff: User, phone: str, reason: str) -> None:
    assert open_office(staff).post(reverse(ADD), {"phone": phone, "reason": reason}).status_code == 422
    assert not PhoneRelease.objects.exists()


def test_who_may_only_look_cannot_let_off(boris: User) -> None:
    boris.is_staff = True
    boris.save()
    boris.user_permissions.add(Permission.objects.get(codename="view_phonerelease"))
    office = open_office(boris)
    assert office.get(reverse(LIST)).status_code == 200
    assert office.post(reverse(ADD), {"phone": residents.ALICE, "reason": REASON}).status_code == 403


def test_a_release_is_never_edited(staff: User) -> None:
    release = PhoneRelease.objects.create(
        phone=residents.ALICE, reason=REASON, released_by=staff, released_at=timezone.now()
    )
    office = open_office(staff)
    for name in ("change", "delete"):
        office.post(
            reverse(f"admin:accounts_phonerelease_{name}", args=[release.pk]), {"reason": "Другая", "post": "yes"}
        )
    release.refresh_from_db()
    assert release.reason == REASON
