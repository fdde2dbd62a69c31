"""The supplier's window, its cut-off, and what is said of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calendar import ReadingCalendar, bill_due_on, count_days, next_month

PSK = ReadingCalendar(1, 31, 25)
EIRC = ReadingCalendar(15, 26, 25)
OVER_THE_END = ReadingCalendar(28, 3, 25)
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize(
    ("calendar", "on", "is_open", "opens_on"),
    [
        (PSK, date(2026, 2, 28), True, date(2026, 2, 28)),
        (EIRC, date(2026, 11, 14), False, date(2026, 11, 15)),
        (EIRC, date(2026, 11, 15), True, date(2026, 11, 15)),
        (EIRC, date(2026, 11, 26), True, date(2026, 11, 26)),
        (EIRC, date(2026, 12, 27), False, date(2027, 1, 15)),
        (OVER_THE_END, date(2026, 2, 28), True, date(2026, 2, 28)),
        (OVER_THE_END, date(2026, 3, 3), True, date(2026, 3, 3)),
        (OVER_THE_END, date(2026, 3, 4), False, date(2026, 3, 28)),
        (ReadingCalendar(30, 31, 25), date(2026, 2, 28), True, date(2026, 2, 28)),
    ],
)
def test_knows_when_readings_are_taken(calendar: ReadingCalendar, on: date, is_open: bool, opens_on: date) -> None:
    assert calendar.is_open(on) is is_open
    assert calendar.opens_on(on) == opens_on


@pytest.mark.parametrize(
    ("cut_off", "on", "period", "left"),
    [
        (25, date(2026, 11, 23), date(2026, 11, 1), 2),
        (25, date(2026, 11, 25), date(2026, 11, 1), 0),
        (25, date(2026, 11, 26), date(2026, 12, 1), 29),
        (25, date(2026, 12, 31), date(2027, 1, 1), 25),
        (31, date(2026, 2, 28), date(2026, 2, 1), 0),
        (30, date(2024, 2, 28), date(2024, 2, 1), 1),
        (1, date(2026, 1, 31), date(2026, 2, 1), 1),
    ],
)
def test_the_cut_off_decides_the_bill(cut_off: int, on: date, period: date, left: int) -> None:
    calendar = ReadingCalendar(1, 31, cut_off)
    assert calendar.billing_period(on) == period
    assert calendar.days_left(on) == left


@pytest.mark.parametrize(
    ("calendar", "on", "opens"),
    [
        (PSK, date(2026, 11, 23), date(2026, 11, 23)),
        (EIRC, date(2026, 11, 20), date(2026, 11, 20)),
        (EIRC, date(2026, 11, 30), date(2026, 12, 15)),
        (OVER_THE_END, date(2026, 12, 30), date(2026, 12, 30)),
        (OVER_THE_END, date(2027, 1, 4), date(2027, 1, OVER_THE_END.window_from)),
    ],
)
def test_knows_when_the_window_opens(calendar: ReadingCalendar, on: date, opens: date) -> None:
    assert calendar.opens_on(on) == opens


def test_a_bill_is_due_on_the_15th_of_the_next_month() -> None:
    assert bill_due_on(date(2026, 12, 1)) == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 дней"), (1, "1 день"), (2, "2 дня"), (11, "11 дней"), (21, "21 день"), (112, "112 дней")],
)
def test_counts_days_in_russian(number: int, said: str) -> None:
    assert count_days(number).replace("\u00a0", " ") == said


@given(days, st.integers(1, 31))
def test_the_next_cut_off_is_never_over_and_within_a_month(on: date, cut_off: int) -> None:
    calendar = ReadingCalendar(1, 31, cut_off)
    assert 0 <= calendar.days_left(on) <= 31
    assert calendar.billing_period(on) in (on.replace(day=1), next_month(on))
    assert calendar.billing_period(on) <= calendar.billing_period(on + timedelta(1))


@given(days, st.integers(1, 31), st.integers(1, 31))
def test_the_window_opens_some_day(on: date, window_from: int, window_to: int) -> None:
    calendar = ReadingCalendar(window_from, window_to, 25)
    assert calendar.is_open(calendar.opens_on(on))
    assert (calendar.opens_on(on) - on).days <= 31
