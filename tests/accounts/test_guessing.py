"""Guessing is slow for strangers and does not keep the owner out (security.md S2, S7, S12, T8, T12, T26)."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts import challenges, known_devices, limits, operations
from accounts.models import LimitedAct, PhoneChallenge, User
from accounts.operations.sign_in import make_strangers_password
from tests import residents
from tests.arrivals import CONFIRM, come_in, trust_browser
from tests.factories import NOW, PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
WRONG = "Nepravilno7"


def sign_in(client: PageClient, phone: str = residents.ALICE, password: str = WRONG, **more: str) -> object:
    return client.post("/sign-in/", {"phone": phone, "password": password}, **more)


def try_password(number: int, *, phone: str, at: datetime) -> str:
    """From an address of its own."""
    visitor = operations.Visitor(f"198.51.{number // 200}.{number % 200 + 1}")
    try:
        operations.check_sign_in(phone=phone, password=WRONG, visitor=visitor, at=at)
    except operations.AccountsError as error:
        return type(error).__name__
    return "in"


def test_five_wrong_passwords_make_the_next_one_wait(page: PageClient, alice: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            assert "не подходит" in sign_in(page).content.decode()
        answer = sign_in(page, password=PASSWORD).content.decode()
        assert "Войти можно через 30 с" in answer
        assert "по СМС — сейчас" in answer
        clock.shift(timedelta(seconds=30))
        assert sign_in(page, password=PASSWORD).url == CONFIRM


def test_a_waiting_password_is_not_hashed(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        try_password(number, phone=residents.ALICE, at=NOW)
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *_: pytest.fail("hashed"))
    assert try_password(6, phone=residents.ALICE, at=NOW) == "TooManyAttempts"


@pytest.mark.parametrize("phone", [residents.ALICE, residents.CHARLIE])
def test_known_and_unknown_phones_cost_one_hash_each(alice: User, monkeypatch: pytest.MonkeyPatch, phone: str) -> None:
    """S12: counted rather than timed."""
    hashed = []
    original = MD5PasswordHasher.encode

    def encode(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(hasher, password, salt)

    make_strangers_password()
    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    try_password(1, phone=phone, at=NOW)
    assert hashed == [WRONG]


def test_every_answer_at_the_door_is_alike_for_known_and_unknown_phones(alice: User) -> None:
    """S12, T4: status, words, header names and cookies; also once a limit is reached."""

    def look(phone: str) -> list[object]:
        client, seen = PageClient(), []
        for url, typed in (
            ("/registration/", {"password": "Yasnaya7zvezda", "terms": "on"}),
            ("/registration/code/", {"code": "000000"}),
            ("/registration/code/resend/", {}),
            ("/password-reset/", {}),
            *[("/sign-in/", {"password": WRONG})] * 7,
        ):
            answer = client.post(url, {"phone": phone, **typed})
            body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(phone, "")
            body = re.sub(r"\+7 \d{3} \d{3}-\d\d-\d\d|через \d+ с|\"\d+\"", "", body)
            seen.append((url, answer.status_code, body, sorted(answer.headers), sorted(answer.cookies)))
        return seen

    for known, unknown in zip(look(residents.ALICE), look(residents.CHARLIE), strict=True):
        assert known == unknown


def test_one_phone_is_tried_fifty_times_a_day_from_wherever(alice: User) -> None:
    """S7: from a thousand addresses, and as patient as the delays want."""
    at, looked_at = NOW, 0
    for number in range(1000):
        outcome = try_password(number, phone=residents.ALICE, at=at)
        looked_at += outcome == "WrongCredentials"
        at += timedelta(seconds=85)
    assert 20 <= looked_at <= 50


def test_one_address_tries_a_hundred_times_a_day(page: PageClient) -> None:
    """S7: one password over many phones; the phones' own counts are no way around, nor the other way."""
    outcomes = []
    for number in range(120):
        visitor = operations.Visitor("2001:db8:1:2::" + f"{number:x}")
        try:
            operations.check_sign_in(phone=f"+7900555{number:04d}", password=WRONG, visitor=visitor, at=NOW)
        except operations.AccountsError as error:
            outcomes.append(type(error).__name__)
    assert outcomes.count("WrongCredentials") == 100
    assert not limits.is_exhausted(limits.SIGN_IN_PER_PHONE[1], "+79005550119", at=NOW)


def test_a_right_password_is_not_counted(page: PageClient, alice: User) -> None:
    sign_in(page, password=PASSWORD)
    assert not LimitedAct.objects.filter(kind__startswith="sign-in").exists()


def test_the_owners_device_does_not_wait_for_strangers_guesses(page: PageClient, alice: User) -> None:
    """T26: and guesses from that device have a count of their own."""
    trust_browser(page, alice)
    for number in range(8):
        try_password(number, phone=residents.ALICE, at=datetime.now(tz=NOW.tzinfo))
    assert "Слишком много попыток" in sign_in(PageClient(), password=PASSWORD).content.decode()
    assert sign_in(page, password=PASSWORD).url == "/"
    page.post("/sign-out/")
    for _ in range(5):
        assert "не подходит" in sign_in(page).content.decode()
    assert "Слишком много попыток" in sign_in(page, password=PASSWORD).content.decode()


def test_a_device_is_known_to_its_own_residents_only(page: PageClient, alice: User, boris: User) -> None:
    come_in(page, residents.ALICE)
    cookie = page.cookies[known_devices.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    page.post("/sign-out/")
    for number in range(8):
        try_password(number, phone=residents.BORIS, at=datetime.now(tz=NOW.tzinfo))
    assert "Слишком много попыток" in sign_in(page, residents.BORIS, PASSWORD).content.decode()


def test_a_forged_device_is_nobodys(page: PageClient, alice: User) -> None:
    trust_browser(page, alice)
    forged = PageClient()
    forged.cookies[known_devices.COOKIE] = page.cookies[known_devices.COOKIE].value[:-2] + "xx"
    for number in range(8):
        try_password(number, phone=residents.ALICE, at=datetime.now(tz=NOW.tzinfo))
    assert "Слишком много попыток" in sign_in(forged, password=PASSWORD).content.decode()


def begin(at: datetime, number: int = 1) -> PhoneChallenge:
    visitor = operations.Visitor(f"198.51.100.{number}")
    return operations.begin_password_reset(phone=residents.ALICE, visitor=visitor, at=at)


def guess(challenge: PhoneChallenge, at: datetime) -> str:
    code = f"{(int(challenges.derive_code(challenge)) + 1) % 1_000_000:06d}"
    try:
        operations.reset_password(challenge_id=challenge.public_id, code=code, password=PASSWORD, at=at)
    except operations.AccountsError as error:
        return type(error).__name__
    return "in"


def test_sending_again_does_not_forget_wrong_guesses(alice: User) -> None:
    """S2: three and two are five; then even the right code does not fit, and no more is sent for it."""
    challenge = begin(NOW)
    assert [guess(challenge, NOW) for _ in range(3)] == ["WrongCode"] * 3
    later = NOW + timedelta(seconds=60)
    visitor = operations.Visitor("198.51.100.1")
    challenge = operations.resend_password_reset_code(challenge_id=challenge.public_id, visitor=visitor, at=later)
    assert [guess(challenge, later) for _ in range(3)] == ["WrongCode", "WrongCode", "ChecksUsedUp"]
    with pytest.raises(operations.ChecksUsedUp):
        operations.resend_password_reset_code(
            challenge_id=challenge.public_id, visitor=visitor, at=later + timedelta(hours=1)
        )


def test_a_phone_has_twenty_wrong_codes_a_day(alice: User) -> None:
    """S2: fifty times «send and guess», as fast as the pauses let one."""
    outcomes: list[str] = []
    at = until = NOW
    for number in range(50):
        try:
            challenge = begin(at, number)
        except operations.TooManyMessages as refused:
            at = refused.until
            challenge = begin(at, number)
        except operations.TooManyGuesses as refused:
            until = refused.until
            break
        outcomes += [guess(challenge, at) for _ in range(6)]
    assert outcomes.count("WrongCode") == 20
    assert until == NOW + limits.DAY


def test_a_hundred_wrong_codes_in_a_row_stop_for_long_and_a_right_one_ends_the_row(alice: User) -> None:
    for number in range(99):
        limits.record(limits.CODE_FAILURES_IN_A_ROW, residents.ALICE, at=NOW - timedelta(days=2, hours=number))
    challenge = begin(NOW)
    assert guess(challenge, NOW) == "WrongCode"
    assert guess(challenge, NOW) == "TooManyGuesses"
    LimitedAct.objects.filter(happened_at=NOW).delete()
    code = challenges.derive_code(challenge)
    operations.reset_password(challenge_id=challenge.public_id, code=code, password=PASSWORD, at=NOW)
    assert not limits.is_exhausted(limits.Limit("code-failures-row", 1, limits.REMEMBERED_FOR), residents.ALICE, at=NOW)


def test_a_code_is_good_for_its_purpose_only(alice: User) -> None:
    """T9: the same nonce, another purpose, another code."""
    challenge = begin(NOW)
    code = challenges.derive_code(challenge)
    challenge.purpose = PhoneChallenge.Purpose.REGISTRATION
    assert challenges.derive_code(challenge) != code


@pytest.mark.parametrize(("seconds", "fits"), [(299, True), (300, False), (301, False)])
def test_a_code_lives_five_minutes_to_the_second(alice: User, seconds: int, fits: bool) -> None:
    challenge = begin(NOW)
    code, at = challenges.derive_code(challenge), NOW + timedelta(seconds=seconds)
    try:
        operations.reset_password(challenge_id=challenge.public_id, code=code, password=PASSWORD, at=at)
    except operations.ChallengeClosed:
        assert not fits
    else:
        assert fits
