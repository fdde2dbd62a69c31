"""Phones as residents type them: mobile numbers of Russia only (domain.md 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.phones import InvalidPhone, format_phone, mask_phone, parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "+79215550142", "79215550142", "89215550142", "9215550142", "+7 921 555-01-42", "8 (921) 555 01 42",
        "+7\u00a0921\u00a0555\u201101\u201142", " +7.921.555.01.42\n", "\u202a+79215550142\u202c", "8-921-555-01-42",
        "+7 (921) 555–01–42",
    ],
)  # fmt: skip
def test_reads_a_number_in_any_usual_form(typed: str) -> None:
    assert parse_phone(typed) == "+79215550142"


@pytest.mark.parametrize(
    "typed",
    ["+77011234567", "87771234567", "+76001234567", "+78123334455", "84951234567", "+375291234567", "+12025550123",
     "+380501234567", "+79401234567", "+442071838750"],
)  # fmt: skip
def test_refuses_other_countries_and_landlines(typed: str) -> None:
    with pytest.raises(InvalidPhone, match="российского мобильного"):
        parse_phone(typed)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "+", "921555014", "92155501422", "+7921555014", "892155501423", "+89215550142", "телефон", "+7921555014x",
     "٩٢١٥٥٥٠١٤٢", "９２１５５５０１４２", "9215550142; 9215550143", "7+9215550142", "9" * 500, "+7921555\x000142"],
)  # fmt: skip
def test_refuses_what_is_not_a_whole_number(typed: str) -> None:
    with pytest.raises(InvalidPhone):
        parse_phone(typed)


def test_hides_all_but_what_its_owner_recognises() -> None:
    assert mask_phone("+79215550142") == "+7 9•• •••-••-42"
    assert format_phone("+79215550142") == "+7 921 555-01-42"


@given(
    st.integers(0, 999_999_999)
    .map(lambda number: f"+79{number:09}")
    .filter(lambda phone: phone[2:5] not in ("930", "940"))
)
def test_a_number_shown_reads_back(phone: str) -> None:
    assert parse_phone(phone) == phone
    assert parse_phone(format_phone(phone)) == phone
    assert parse_phone(phone[2:]) == phone
    assert sum(character.isdigit() for character in mask_phone(phone)) == 4


@given(st.text(max_size=50))
def test_any_text_is_a_number_or_is_refused(typed: str) -> None:
    try:
        phone = parse_phone(typed)
    except InvalidPhone:
        return
    assert parse_phone(phone) == phone
