"""«О-26-000123» in every spelling."""

import pytest

from support.numbers import format_report_number, read_report_number


def test_a_number_tells_year_and_count() -> None:
    assert format_report_number(2026, 123) == "О-26-000123"


@pytest.mark.parametrize(
    "typed", ["О-26-000123", "O-26-000123", "о 26 123", "26-123", " 0-26-000123 ", "О–26–000123", "О26-123"]
)
def test_it_is_read_as_people_type_it(typed: str) -> None:
    assert read_report_number(typed) == "О-26-000123"


@pytest.mark.parametrize("typed", ["", "О-26", "018\\00028517", "01800028517", "привет", "О-26-12a"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_report_number(typed) is None
