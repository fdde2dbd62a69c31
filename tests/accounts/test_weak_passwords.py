"""What everybody guesses first is no password (security.md S10)."""

from collections.abc import Callable

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.password_validators import CommonPasswordValidator
from tests.pages import PageClient

RESIDENT = User(phone="+79005550177")


def is_refused(password: str) -> str:
    try:
        validate_password(password, RESIDENT)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@pytest.mark.parametrize("dress", [str.capitalize, str.swapcase, str.title, "{}!".format])
def test_all_common_passwords_that_would_keep_the_rules_are_refused(dress: Callable[[str], str]) -> None:
    common = CommonPasswordValidator().passwords
    fit = [
        word
        for word in sorted(common)
        if len(word) >= 8 and word.isalnum() and not word.isalpha() and not word.isdigit() and word.isascii()
    ]
    assert len(fit) >= 3000
    assert all(is_refused(dress(word)) for word in fit)


@pytest.mark.parametrize(
    "password",
    [
        "Lena9005550177",
        "A9005550177b",
        "Sveta5550177",
        "Petroelectrosbyt1",
        "PSC-Psc-77",
        "Moy-Eirc24",
        "+79005550177Aa",
    ],
)
def test_phone_and_names_of_suppliers_do_not_make_a_password(password: str) -> None:
    assert "угадать легко" in is_refused(password)


@pytest.mark.parametrize("password", ["Zaq12wsxcde3", "1234567890Aa", "Qwerty12345"])
def test_what_leaked_elsewhere_is_refused(password: str) -> None:
    assert is_refused(password) != ""


def test_a_leaked_one_says_why() -> None:
    assert "утекал с других сайтов" in is_refused("Zaq12wsxcde3")


@pytest.mark.parametrize("password", ["Fonar2026!", "Yasnaya7zvezda", "Eirc-tyolka-s-fonarem-24", "aA1" * 42])
def test_others_are_welcome(password: str) -> None:
    assert is_refused(password) == ""


def test_a_hundred_and_twenty_eight_signs_are_enough() -> None:
    assert is_refused("aA1-" * 32) == ""
    assert "сократите" in is_refused("aA1-" * 32 + "x")


@pytest.mark.django_db
def test_the_registration_form_knows_the_phone_just_typed(page: PageClient) -> None:
    typed = {"phone": "8 900 555 01 77", "password": "Lena9005550177", "terms": "on"}
    assert "угадать легко" in page.post("/registration/", typed).content.decode()
