"""How much a household uses a day, by its actual readings."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meters.daily_use import get_daily_use

START = date(2025, 11, 20)


@pytest.mark.parametrize(
    ("readings", "daily"),
    [
        ([], None),
        ([(0, "100")], None),
        ([(0, "100"), (30, "400")], "10"),
        ([(30, "400"), (0, "100")], "10"),
        ([(0, "46.812"), (10, "47.812")], "0.1"),
        ([(0, "100"), (30, "100")], "0"),
        ([(0, "100"), (3, "130")], None),
        ([(0, "100"), (0, "130")], None),
        ([(0, "99900"), (30, "20"), (60, "320")], "10"),
        ([(0, "99900"), (30, "20")], None),
    ],
)
def test_averages_what_the_readings_span(readings: list[tuple[int, str]], daily: str | None) -> None:
    known = [(START + timedelta(days=day), Decimal(value)) for day, value in readings]
    assert get_daily_use(known) == (None if daily is None else Decimal(daily))


@given(st.lists(st.tuples(st.integers(0, 365), st.decimals(0, 999999, places=3)), max_size=12))
def test_is_never_negative(readings: list[tuple[int, Decimal]]) -> None:
    daily = get_daily_use((START + timedelta(days=day), value) for day, value in readings)
    assert daily is None or daily >= 0
