"""What residents type where a reading is asked for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meters.plausibility import parse_value


@pytest.mark.parametrize(
    ("typed", "left", "right", "value"),
    [
        ("12896", 6, 0, "12896"),
        ("012896", 6, 0, "12896"),
        ("000000", 6, 0, "0"),
        (" 12 896 ", 6, 0, "12896"),
        ("12\u00a0896", 6, 0, "12896"),
        ("12\u202f896", 6, 0, "12896"),
        ("\ufeff12896\u200b", 6, 0, "12896"),
        ("12896,", 6, 0, "12896"),
        ("12896.0", 6, 0, "12896"),
        ("47,12", 5, 3, "47.120"),
        ("47.12", 5, 3, "47.120"),
        ("00047,120", 5, 3, "47.120"),
        (",5", 5, 3, "0.500"),
        ("47", 5, 3, "47.000"),
        ("-0", 6, 0, "0"),
        ("12345678", None, None, "12345678"),
        ("47,12", None, None, "47.12"),
    ],
)
def test_reads_what_people_write(typed: str, left: int | None, right: int | None, value: str) -> None:
    parsed = parse_value(typed, left, right)
    assert (str(parsed.value), parsed.problem, parsed.cut) == (value, "", False)


@pytest.mark.parametrize(
    ("typed", "right", "value"),
    [("12896,9", 0, "12896"), ("12896,99", 1, "12896.9"), ("0,9999", 3, "0.999"), ("999999,9", 0, "999999")],
)
def test_cuts_a_longer_fraction_and_never_rounds_it_up(typed: str, right: int, value: str) -> None:
    parsed = parse_value(typed, 6, right)
    assert (str(parsed.value), parsed.cut) == (value, True)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", ",", ".", "-", "много", "NaN", "nan", "inf", "Infinity", "-inf", "1e5", "1e309", "1E-5", "0x10",
        "1_000", "٣", "１２", "12²", "½", "1,234.5", "1.2.3", "12 896 кВт·ч", "+5", "--5", "1-2", "5-", "9" * 61,
        "\x00", "1\x002",
    ],
)  # fmt: skip
def test_refuses_what_is_not_a_number(typed: str) -> None:
    assert parse_value(typed, 6, 3).problem == "not_a_number"


@pytest.mark.parametrize("typed", ["-1", "−12896", "–0,5", "- 7", "-9999999999"])
def test_refuses_less_than_nothing(typed: str) -> None:
    assert parse_value(typed, 6, 3).problem == "negative"


@pytest.mark.parametrize(("typed", "left"), [("1234567", 6), ("12345", 4), ("123456789", None), ("9" * 60, 6)])
def test_refuses_more_digits_than_the_meter_has(typed: str, left: int | None) -> None:
    assert parse_value(typed, left, 0).problem == "too_many_digits"


@given(st.text(max_size=80), st.integers(1, 11) | st.none(), st.integers(0, 4) | st.none())
def test_gives_a_value_or_a_reason_whatever_is_typed(typed: str, left: int | None, right: int | None) -> None:
    parsed = parse_value(typed, left, right)
    assert (parsed.value is None) == bool(parsed.problem)
    assert parsed.value is None or parsed.value.is_finite()


@given(st.integers(0, 999_999), st.integers(0, 999))
def test_keeps_every_digit_exactly(whole: int, thousandths: int) -> None:
    exact = Decimal(whole * 1000 + thousandths) / 1000
    for point in ",.":
        assert parse_value(f"{whole}{point}{thousandths:03}", 6, 3).value == exact
