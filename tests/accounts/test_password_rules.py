"""«Требования к паролю» (domain.md 1.1), rule by rule."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.password_rules import RULES, check_password


def test_the_labels_are_those_of_the_instruction() -> None:
    assert [label for _, label in RULES] == [
        "Буквы только латинского алфавита",
        "Не менее 8 символов",
        "Заглавные буквы",
        "Строчные буквы",
        "Цифры",
        "Любые символы кроме пробелов",
    ]


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("Lampa2026", []),
        ("Lampa-2026!", []),
        (string.ascii_letters + string.digits + string.punctuation, []),
        ("Lamp2026", []),
        ("Lamp202", ["length"]),
        ("lampa2026", ["upper"]),
        ("LAMPA2026", ["lower"]),
        ("LampaLampa", ["digit"]),
        ("Lampa 2026", ["symbols"]),
        ("Lampa\u00a02026", ["symbols"]),
        ("Lampa\t2026", ["symbols"]),
        (" Lampa2026", ["symbols"]),
        ("Lampa2026\n", ["symbols"]),
        ("Lampa2026\x00", ["symbols"]),
        ("Lampa2026№", ["symbols"]),
        ("Lampa2026💡", ["symbols"]),
        ("Lampa٢٠٢٦", ["digit", "symbols"]),
        ("Лампа2026Ab", ["latin"]),
        ("Lаmpa2026", ["latin"]),  # the second letter is Cyrillic
        ("Lampé2026", ["latin"]),
        ("ЛАМПАлампа", ["latin", "upper", "lower", "digit"]),
        ("", ["length", "upper", "lower", "digit", "symbols"]),
    ],
)
def test_says_which_rules_are_not_met(password: str, missing: list[str]) -> None:
    assert check_password(password) == missing


@given(st.text(alphabet=string.ascii_letters + string.digits + string.punctuation, max_size=40))
def test_any_printable_sign_is_welcome(text: str) -> None:
    assert check_password(f"{text}Aa1bcdef") == []


@given(st.text(max_size=40))
def test_names_only_rules_of_the_list(text: str) -> None:
    assert set(check_password(text)) <= {code for code, _ in RULES}
