"""Limits asked at the same moment admit exactly their count (security.md S8)."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from accounts import limits, operations
from accounts.models import LimitedAct, PhoneChallenge
from tests import residents
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
REPETITIONS = int(os.environ.get("LIMIT_REPETITIONS", "3"))


def at_once(deed: Callable[[int], Any], times: int) -> list[Any]:
    def run(number: int) -> Any:
        try:
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(run, range(times)))


def test_a_hundred_at_once_admit_exactly_the_count() -> None:
    limit = limits.Limit("test", 10, limits.HOUR)
    assert at_once(lambda _: limits.consume(limit, "one", at=NOW), 100).count(True) == 10


@pytest.mark.parametrize("repetition", range(REPETITIONS))
def test_two_hundred_at_once_again_and_again_admit_exactly_the_count(repetition: int) -> None:
    """S8: over twenty connections, each used ten times. `LIMIT_REPETITIONS=50` is the full size."""
    limit = limits.Limit(f"again-{repetition}", 10, limits.HOUR)
    admitted = at_once(lambda _: sum(limits.consume(limit, "one", at=NOW) for _ in range(10)), 20)
    assert sum(admitted) == 10
    assert LimitedAct.objects.filter(kind=limit.kind).count() == 10


def test_policies_asked_together_are_exact_and_never_wait_for_each_other() -> None:
    """Two phones at one address, in either order: seven in all, and what was refused stands nowhere."""
    phone, net = limits.Limit("phone", 4, limits.HOUR), limits.Limit("net", 7, limits.HOUR)

    def ask(number: int) -> bool:
        asked = [(phone, f"phone-{number % 2}"), (net, "net")]
        return limits.consume_together(asked[:: 1 if number % 4 < 2 else -1], at=NOW) is None

    assert at_once(ask, 100).count(True) == 7
    assert LimitedAct.objects.filter(kind="phone").count() == LimitedAct.objects.filter(kind="net").count() == 7


def test_a_phone_asked_for_from_everywhere_at_once_gets_one_code() -> None:
    """T6: many addresses, one phone."""

    def ask(number: int) -> bool:
        visitor = operations.Visitor(f"198.51.100.{number}", session=str(number))
        try:
            operations.begin_password_reset(phone=residents.ALICE, visitor=visitor, at=NOW)
        except operations.TooManyMessages:
            return False
        return True

    assert at_once(ask, 60).count(True) == 1
    assert PhoneChallenge.objects.count() == 1


def test_passwords_guessed_at_once_are_looked_at_five_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """S7, T12: what is over the limit never reaches the hasher."""
    residents.make_resident(residents.ALICE)
    hashed: list[str] = []
    model = residents.User
    original = model.check_password

    def check(user: Any, password: str) -> bool:
        hashed.append(password)
        return original(user, password)

    monkeypatch.setattr(model, "check_password", check)

    def guess(number: int) -> str:
        visitor = operations.Visitor(f"198.51.100.{number}")
        try:
            operations.check_sign_in(phone=residents.ALICE, password=f"{PASSWORD}{number}", visitor=visitor, at=NOW)
        except operations.AccountsError as error:
            return type(error).__name__
        return "in"

    outcomes = at_once(guess, 60)
    assert outcomes.count("WrongCredentials") == len(hashed) == 5
    assert outcomes.count("TooManyAttempts") == 55
