"""One code typed many times at once: one resident, five looks, one new password (security.md S1, S2, T8)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts import challenges, operations
from accounts.models import Consent, ConsentDocument, PhoneChallenge, Registration, User
from tests import residents
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, PASSWORD = "+79005550177", "Yasnaya7zvezda"
VISITOR = operations.Visitor("203.0.113.7")


@pytest.fixture(autouse=True)
def _documents() -> None:
    """The texts come with the migrations, and other tests of this kind have emptied every table."""
    for kind in ConsentDocument.Kind.values:
        ConsentDocument.objects.get_or_create(kind=kind, version=1, defaults={"text": "Текст.", "published_at": NOW})


@pytest.fixture
def registration() -> Registration:
    return operations.begin_registration(
        phone=PHONE, password=PASSWORD, advertising=False, visitor=VISITOR, at=max_published()
    )


def max_published() -> Any:
    return max(NOW, *ConsentDocument.objects.values_list("published_at", flat=True))


def at_once(deed: Callable[[int], Any], times: int) -> list[Any]:
    """All start at the same moment, each on a connection of its own."""
    together = Barrier(20)

    def run(number: int) -> Any:
        try:
            together.wait(timeout=30)
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(run, range(times)))


def test_twenty_confirmations_with_the_right_code_make_one_resident(registration: Registration) -> None:
    code = challenges.derive_code(registration.challenge)

    def confirm(_: int) -> str:
        try:
            operations.confirm_registration(
                registration_id=registration.public_id, code=code, at=registration.created_at
            )
        except (operations.ChallengeClosed, Registration.DoesNotExist):
            return "late"
        return "made"

    assert at_once(confirm, 20).count("made") == 1
    assert User.objects.get().phone == PHONE
    assert Consent.objects.count() == 2


def test_twenty_presses_on_the_page_answer_without_an_error(registration: Registration) -> None:
    challenge = registration.challenge
    PhoneChallenge.objects.filter(pk=challenge.pk).update(expires_at="2100-01-01T00:00Z")
    code = challenges.derive_code(challenge)
    first = Client()
    first.get("/registration/")
    session = first.session
    session["registration"] = str(registration.public_id)
    session.save()

    def press(_: int) -> int:
        client = Client()
        client.cookies["session"] = session.session_key
        return client.post("/registration/code/", {"code": code}).status_code

    assert set(at_once(press, 20)) <= {302, 422}
    assert User.objects.count() == 1


@pytest.mark.parametrize("times", [60, 200])
def test_of_many_wrong_codes_exactly_five_are_looked_at(
    registration: Registration, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    looked: list[str] = []
    original = challenges.is_right

    def look(challenge: PhoneChallenge, typed: str) -> bool:
        looked.append(typed)
        return original(challenge, typed)

    monkeypatch.setattr(challenges, "is_right", look)
    right = int(challenges.derive_code(registration.challenge))

    def guess(number: int) -> str:
        code = f"{(right + 1 + number) % 1_000_000:06d}"
        try:
            operations.confirm_registration(
                registration_id=registration.public_id, code=code, at=registration.created_at
            )
        except operations.AccountsError as error:
            return type(error).__name__
        return "made"

    outcomes = at_once(guess, times)
    assert len(looked) == outcomes.count("WrongCode") == 5
    assert outcomes.count("ChecksUsedUp") == times - 5
    assert not User.objects.exists()


def test_twenty_new_passwords_by_one_code_set_one() -> None:
    residents.make_resident(residents.ALICE)
    challenge = operations.begin_password_reset(phone=residents.ALICE, visitor=VISITOR, at=NOW)
    code = challenges.derive_code(challenge)

    def reset(number: int) -> str:
        password = f"Novyy8parol{number}"
        try:
            operations.reset_password(challenge_id=challenge.public_id, code=code, password=password, at=NOW)
        except operations.ChallengeClosed:
            return ""
        return password

    winners = [password for password in at_once(reset, 20) if password]
    assert len(winners) == 1
    assert User.objects.get().check_password(winners[0])
