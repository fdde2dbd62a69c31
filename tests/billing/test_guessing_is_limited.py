"""Guessing at personal accounts has limits that stand over days (security.md A3)."""

from datetime import timedelta
from typing import Any

import time_machine
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing.models import Link, LinkGuess, Payment
from tests import factories
from tests.pages import PageClient

URL = reverse("billing:link_create")
PAUSE = "Слишком много неудачных попыток"


def signed_in(number: int, address: str = "192.0.2.1") -> PageClient:
    client = PageClient(REMOTE_ADDR=address)
    user = factories.UserFactory(phone=f"+7900666{number:04d}")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def refused_with_a_pause(response: object) -> bool:
    return PAUSE in response.content.decode()


def test_a_resident_guesses_wrong_five_times_a_day(
    as_alice: PageClient, alice: User, typed: dict[str, str], clock: time_machine.Traveller
) -> None:
    for guess in range(5):
        wrong = typed | {"number": f"018\\9999000{guess}"}
        assert not refused_with_a_pause(as_alice.post(URL, wrong))
    assert refused_with_a_pause(as_alice.post(URL, typed)), "even a right answer is not compared any more"
    clock.shift(timedelta(hours=23, minutes=59))
    as_alice.logout()
    as_alice.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert refused_with_a_pause(as_alice.post(URL, typed))
    clock.shift(timedelta(minutes=2))
    assert as_alice.post(URL, typed).url.startswith("/personal-accounts/")


def test_a_personal_account_is_guessed_at_five_times_a_day_by_anyone(db: None, typed: dict[str, str]) -> None:
    for guess in range(5):
        assert not refused_with_a_pause(signed_in(guess).post(URL, typed | {"amount": f"{guess + 1}"}))
    assert refused_with_a_pause(signed_in(9).post(URL, typed))


def test_a_number_that_does_not_exist_is_limited_alike(db: None, typed: dict[str, str]) -> None:
    unknown = typed | {"number": "018\\99999999"}
    for guess in range(5):
        assert not refused_with_a_pause(signed_in(guess).post(URL, unknown))
    assert refused_with_a_pause(signed_in(9).post(URL, unknown))


def test_a_personal_account_is_guessed_at_fifteen_times_a_month(
    db: None, typed: dict[str, str], clock: time_machine.Traveller
) -> None:
    for day in range(3):
        for guess in range(5):
            client = signed_in(day * 10 + guess)
            assert not refused_with_a_pause(client.post(URL, typed | {"amount": f"{guess + 1}"}))
        clock.shift(timedelta(days=1, minutes=1))
    assert refused_with_a_pause(signed_in(99).post(URL, typed))


def test_an_address_guesses_twenty_times_an_hour(
    db: None, typed: dict[str, str], clock: time_machine.Traveller
) -> None:
    for guess in range(20):
        client = signed_in(guess)
        assert not refused_with_a_pause(client.post(URL, typed | {"number": f"018\\{99990000 + guess}"}))
    assert refused_with_a_pause(signed_in(50).post(URL, typed))
    assert signed_in(51, "192.0.2.2").post(URL, typed).status_code == 302


def test_a_supplier_says_how_often_an_address_guesses(
    db: None, typed: dict[str, str], clock: time_machine.Traveller, settings: Any
) -> None:
    settings.LINK_ATTEMPTS_PER_ADDRESS_HOUR = 1
    assert not refused_with_a_pause(signed_in(1).post(URL, typed | {"number": r"018\99990001"}))
    assert refused_with_a_pause(signed_in(2).post(URL, typed))


def test_right_answers_are_not_counted(as_alice: PageClient, alice: User, typed: dict[str, str]) -> None:
    for number in range(7):
        payment = factories.PaymentFactory()
        answer = as_alice.post(URL, typed | {"number": payment.account.number, "alias": f"Дом {number}"})
        assert answer.status_code == 302
    assert Link.objects.visible_to(alice).count() == 7
    assert not LinkGuess.objects.exists()


def test_the_remembered_guess_names_neither_account_nor_address(
    as_alice: PageClient, payment: Payment, typed: dict[str, str]
) -> None:
    as_alice.post(URL, typed | {"amount": "1"})
    guess = LinkGuess.objects.get()
    assert payment.account.digits not in guess.target
    assert len(guess.target) == len(guess.network) == 64


def test_guesses_at_many_accounts_raise_the_alarm(db: None, typed: dict[str, str]) -> None:
    for guess in range(30):
        signed_in(guess, f"192.0.2.{guess}").post(URL, typed | {"number": f"018\\{99990000 + guess}"})
    assert SecurityEvent.objects.get(kind=Kind.ALARM).figures == {"what": "link_guessing"}
