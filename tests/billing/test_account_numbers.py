"""Numbers of personal accounts, however people type them (domain.md 5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.account_numbers import InvalidAccountNumber, check_number, format_number, normalise_number

PSK = (r"\d{3}\\\d{8}", r"018\00028517")
EIRC = (r"\d{10}", "5100012345")


@pytest.mark.parametrize(
    "typed",
    [
        r"018\00028517", "018/00028517", "018 00028517", "018-00028517", "01800028517", "018.000.285.17",
        " 018 000 285 17 ", "018\u00a000028517", "018—00028517", "０１８\\０００２８５１７",
        "\ufeff018\\00028517\u200b",
    ],
)  # fmt: skip
def test_reads_a_number_with_any_separator(typed: str) -> None:
    assert check_number(typed, *PSK) == "01800028517"


def test_shows_a_number_as_the_supplier_prints_it() -> None:
    assert format_number("01800028517", PSK[1]) == r"018\00028517"
    assert format_number("5100012345", EIRC[1]) == "5100012345"
    assert format_number("123", PSK[1]) == "123"


@pytest.mark.parametrize(
    ("typed", "supplier", "said"),
    [
        ("", PSK, "Укажите номер"),
        (r" \ ", PSK, "Укажите номер"),
        ("018А0028517", PSK, "только цифры"),
        ("٠١٨٠٠٠٢٨٥١٧", PSK, "только цифры"),
        ("0180002851", PSK, "не похоже"),
        ("018000285170", PSK, "не похоже"),
        ("01800028517", EIRC, "не похоже"),
        ("1" * 1000, PSK, "не похоже"),
        ("123", ("(", PSK[1]), "не похоже"),
        ("123", ("", PSK[1]), "не похоже"),
    ],
)
def test_says_what_is_wrong_and_how_a_number_looks(typed: str, supplier: tuple[str, str], said: str) -> None:
    with pytest.raises(InvalidAccountNumber) as refused:
        check_number(typed, *supplier)
    assert said in str(refused.value)
    assert supplier[1] in str(refused.value)


@pytest.mark.parametrize("supplier", [("", ""), ("(", ""), ("(", PSK[1])])
def test_a_supplier_without_a_usable_pattern_still_takes_numbers(supplier: tuple[str, str]) -> None:
    assert check_number("01800028517", *supplier) == "01800028517"


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_a_shown_number_reads_back(digits: str) -> None:
    assert check_number(format_number(digits, PSK[1]), *PSK) == digits


@given(st.text(alphabet="0123456789０１ \u00a0\\/-.—", max_size=40))
def test_is_settled_after_once(typed: str) -> None:
    once = normalise_number(typed)
    assert normalise_number(once) == once
