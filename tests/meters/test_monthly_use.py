"""Use month by month, whatever days the readings were taken on."""

from datetime import date
from decimal import Decimal

import pytest

from meters.monthly_use import MonthUse, Register, get_monthly_use, tell_month


def register(*points: tuple[str, int | str], meter: int = 1, capacity: int | None = None) -> Register:
    return Register(
        meter,
        [(date.fromisoformat(day), Decimal(value)) for day, value in points],
        Decimal(capacity) if capacity else None,
    )


def rounded(uses: list[MonthUse]) -> list[tuple[str, int | None]]:
    return [(f"{use.month:%Y-%m}", None if use.value is None else round(use.value)) for use in uses]


def test_readings_of_the_20th_are_the_months_a_resident_knows() -> None:
    day = register(("2026-09-20", 12332), ("2026-10-20", 12612), ("2026-11-20", 12896))
    night = register(("2026-09-20", 3368), ("2026-10-20", 3478), ("2026-11-20", 3588))
    assert rounded(get_monthly_use([day, night], months=13)) == [("2026-10", 390), ("2026-11", 394)]


def test_a_month_read_early_is_named_for_the_days_it_covers() -> None:
    uses = get_monthly_use([register(("2026-10-02", 100), ("2026-11-02", 200))], months=13)
    assert rounded(uses) == [("2026-10", 100)]


def test_a_gap_of_months_is_spread_evenly() -> None:
    uses = get_monthly_use([register(("2026-07-20", 0), ("2026-10-20", 920))], months=13)
    assert rounded(uses) == [("2026-08", 310), ("2026-09", 310), ("2026-10", 300)]
    assert sum(use.value or 0 for use in uses) == 920


def test_scales_read_on_other_days_end_together() -> None:
    day = register(("2026-09-20", 0), ("2026-10-20", 300), ("2026-10-30", 400))
    night = register(("2026-09-20", 0), ("2026-10-20", 30))
    assert rounded(get_monthly_use([day, night], months=13)) == [("2026-10", 330)]


def test_only_months_wholly_between_readings_are_known() -> None:
    uses = get_monthly_use([register(("2026-09-01", 0), ("2026-10-20", 490))], months=13)
    assert rounded(uses) == [("2026-10", 300)]


def test_a_replaced_meter_carries_the_chain_on() -> None:
    old = register(("2026-04-20", 3000), ("2026-05-20", 3200), ("2026-06-20", 3400), meter=1)
    new = register(("2026-06-20", 15), ("2026-07-20", 215), meter=2)
    assert rounded(get_monthly_use([old, new], months=13)) == [("2026-05", 200), ("2026-06", 200), ("2026-07", 200)]


def test_a_meter_without_readings_between_leaves_its_months_open() -> None:
    old = register(("2026-01-20", 0), ("2026-02-20", 100), meter=1)
    new = register(("2026-08-20", 0), ("2026-09-20", 50), meter=2)
    uses = rounded(get_monthly_use([old, new], months=13))
    assert uses[0] == ("2026-02", 100)
    assert uses[-1] == ("2026-09", 50)
    assert all(value is None for _, value in uses[1:-1])


def test_a_slip_that_later_readings_contradict_is_left_out() -> None:
    uses = get_monthly_use([register(("2026-09-20", 100), ("2026-10-05", 9000), ("2026-10-20", 400))], months=13)
    assert rounded(uses) == [("2026-10", 300)]


def test_a_register_that_turned_over_goes_on() -> None:
    turned = register(("2026-08-20", 9700), ("2026-09-20", 9900), ("2026-10-20", 100), capacity=10_000)
    assert rounded(get_monthly_use([turned], months=13)) == [("2026-09", 200), ("2026-10", 200)]


def test_the_31st_meets_short_months() -> None:
    uses = get_monthly_use([register(("2025-12-31", 0), ("2026-02-28", 590), ("2026-03-31", 900))], months=13)
    assert [month for month, _ in rounded(uses)] == ["2026-01", "2026-02", "2026-03"]
    assert sum(use.value or 0 for use in uses) == 900


def test_no_more_months_than_asked() -> None:
    assert len(get_monthly_use([register(("2020-01-20", 0), ("2026-10-20", 9000))], months=13)) == 13


@pytest.mark.parametrize(
    "registers", [[], [register()], [register(("2026-10-20", 5))], [register(("2026-10-20", 5), ("2026-10-20", 6))]]
)
def test_nothing_is_said_of_less_than_two_readings(registers: list[Register]) -> None:
    assert get_monthly_use(registers, months=13) == []


def month(value: str | None) -> MonthUse:
    taken = Decimal(value) if value is not None else None
    return MonthUse(date(2026, 11, 1), date(2026, 10, 20), date(2026, 11, 20), taken)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("394", "428", "ноябрь: 394 кВт·ч, на 8 % меньше, чем год назад"),
        ("428", "394", "ноябрь: 428 кВт·ч, на 9 % больше, чем год назад"),
        ("394", "394", "ноябрь: 394 кВт·ч, столько же, сколько год назад"),
        ("394", "392", "ноябрь: 394 кВт·ч, столько же, сколько год назад"),
        ("1200", "300", "ноябрь: 1 200 кВт·ч, в 4 раза больше, чем год назад"),
        ("1500", "300", "ноябрь: 1 500 кВт·ч, в 5 раз больше, чем год назад"),
        ("4560", "300", "ноябрь: 4 560 кВт·ч, в 15 раз больше, чем год назад"),
        ("759", "300", "ноябрь: 759 кВт·ч, в 2,5 раза больше, чем год назад"),
        ("597", "300", "ноябрь: 597 кВт·ч, на 99 % больше, чем год назад"),
        ("394", None, "ноябрь: 394 кВт·ч"),
        ("394", "0", "ноябрь: 394 кВт·ч, а год назад расхода не было"),
        ("0", "0", "ноябрь: 0 кВт·ч, как и год назад"),
        ("4.84", "7.39", "ноябрь: 5 кВт·ч, на 35 % меньше, чем год назад"),
        (None, "300", ""),
    ],
)
def test_a_month_in_words(now: str | None, before: str | None, words: str) -> None:
    assert tell_month(month(now), month(before), "кВт·ч").replace("\u00a0", " ") == words


def test_use_is_no_finer_than_the_meter_shows() -> None:
    assert tell_month(month("2.0364"), None, "м³", places=3).replace("\u00a0", " ") == "ноябрь: 2,04 м³"
