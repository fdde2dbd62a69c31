"""How many SMS can be caused (security.md S3-S5, T6, T7)."""

from datetime import timedelta

import pytest

from accounts import limits, operations
from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import LimitedAct, User
from notifications.models import OutgoingMessage
from tests import residents
from tests.factories import NOW, PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


def ask(phone: str, *, address: str = "198.51.100.1", session: str = "", at: object = NOW) -> bool:
    visitor = operations.Visitor(address, session=session)
    try:
        operations.begin_registration(phone=phone, password="x", advertising=False, visitor=visitor, at=at)  # type: ignore[arg-type]
    except operations.TooManyMessages:
        return False
    return True


def fill_up(policy: limits.Limit, subject: str, count: int, *, age: timedelta = timedelta(0)) -> None:
    LimitedAct.objects.bulk_create(
        LimitedAct(kind=policy.kind, subject=limits.hash_subject(subject), happened_at=NOW - age) for _ in range(count)
    )


def test_a_victims_phone_gets_eight_a_day_wherever_they_are_asked_from() -> None:
    at, sent = NOW, 0
    for number in range(200):
        sent += ask(residents.CHARLIE, address=f"198.51.{number // 200}.{number % 200 + 1}", at=at)
        at += timedelta(seconds=430)
    assert at - NOW < limits.DAY
    assert sent == OutgoingMessage.objects.count() == 8


def test_an_address_gets_ten_an_hour_and_thirty_a_day() -> None:
    """IPv6: a subscriber has a whole /64 of addresses and is still one."""
    outcomes = []
    for number in range(60):
        at = NOW + timedelta(minutes=40 * (number // 12))
        phone = f"+7900{number:03d}0101"
        outcomes.append(ask(phone, address=f"2001:db8:1:2::{number + 1:x}", at=at))
    assert outcomes[:12].count(True) == 10
    assert outcomes.count(True) == 30


def test_a_session_gets_five_an_hour() -> None:
    outcomes = [ask(f"+7900{n:03d}0101", address=f"198.51.100.{n + 1}", session="one") for n in range(8)]
    assert outcomes.count(True) == 5


def test_the_pages_count_by_session(page: PageClient) -> None:
    """The address changes, the browser stays."""
    codes = [
        page.post(
            "/registration/",
            {"phone": f"+7900{n:03d}0101", "password": "Yasnaya7zvezda", "terms": "on"},
            REMOTE_ADDR=f"198.51.100.{n + 1}",
        ).status_code
        for n in range(7)
    ]
    assert codes == [302] * 5 + [422] * 2


def test_a_thousand_neighbouring_numbers_get_thirty_an_hour() -> None:
    """T7: pumping. The next thousand has its own count."""
    outcomes = [ask(f"+79005550{n:03d}", address=f"198.51.100.{n + 1}") for n in range(40)]
    assert outcomes.count(True) == 30
    assert ask("+79005551000", address="198.51.100.99")


def test_a_thousand_an_hour_is_the_end_and_the_alarm_is_heard_once(alice: User) -> None:
    fill_up(limits.SMS_OVERALL[0], "all", 1000)
    assert not any(ask(f"+7900{n:03d}0101", address=f"198.51.100.{n + 1}") for n in range(5))
    assert SecurityEvent.objects.get(kind=Kind.ALARM).figures == {"what": "sms_ceiling"}
    assert not OutgoingMessage.objects.exists()
    visitor = operations.Visitor("198.51.100.1")
    assert operations.check_sign_in(phone=residents.ALICE, password=PASSWORD, visitor=visitor, at=NOW) == alice


def test_five_thousand_a_day_is_the_end_too() -> None:
    fill_up(limits.SMS_OVERALL[1], "all", 4999, age=timedelta(hours=2))
    assert ask(residents.CHARLIE)
    assert not ask("+79001110101")


def test_staff_let_a_phone_off_with_a_reason(staff: User) -> None:
    assert ask(residents.CHARLIE)
    assert not ask(residents.CHARLIE)
    release = operations.release_phone(
        phone=residents.CHARLIE, reason="Житель позвонил: СМС не дошла.", staff=staff, at=NOW
    )
    assert release.released_by == staff
    assert ask(residents.CHARLIE)
