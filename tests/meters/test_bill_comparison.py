"""The values on the last bill beside those in the portal, row by row."""

from datetime import date
from decimal import Decimal

import pytest

from meters.bill_comparison import (
    BillDays,
    BilledValue,
    Comparison,
    HeldValue,
    Outcome,
    compare_scale,
    tell_comparison,
    tell_summary,
)

OCTOBER = BillDays(counts_from=date(2026, 9, 26), counts_until=date(2026, 10, 25), known_until=date(2026, 11, 2))


def held(day: str, value: int | str, kind: str = "actual") -> HeldValue:
    return HeldValue(date.fromisoformat(day), Decimal(value), kind)


def compare(value: int | str | None, *readings: HeldValue, kind: str = "actual") -> Comparison | None:
    return compare_scale(None if value is None else BilledValue(Decimal(value), kind), readings, OCTOBER)


SEPTEMBER = held("2026-09-20", 12332)


@pytest.mark.parametrize(
    ("value", "kind", "readings", "words"),
    [
        (12612, "actual", [held("2026-10-20", 12612), SEPTEMBER], "совпадает"),
        ("12612.0000", "actual", [held("2026-10-20", "12612.0")], "совпадает"),
        (12612, "actual", [held("2026-10-20", 12624), SEPTEMBER], "отличается на 12 кВт·ч"),
        ("12612.5", "actual", [held("2026-10-20", "12610.38")], "отличается на 2,12 кВт·ч"),
        (12332, "actual", [SEPTEMBER], "совпадает"),
        (12612, "actual", [held("2026-10-28", 12612), SEPTEMBER], "совпадает"),
        (12332, "actual", [held("2026-10-28", 12700), SEPTEMBER], "совпадает"),
        (12612, "actual", [held("2026-11-18", 12900), held("2026-10-20", 12612)], "совпадает"),
        (12612, "actual", [held("2026-11-18", 12612)], "в кабинете этого показания нет"),
        (12612, "actual", [], "в кабинете этого показания нет"),
        (12700, "estimated", [held("2026-10-20", 12700, "estimated"), SEPTEMBER], "совпадает"),
        (
            12700,
            "estimated",
            [held("2026-10-20", 12612), held("2026-10-24", 12700, "estimated")],
            "показание от 20 октября не учтено: счёт по среднему, разница 88 кВт·ч",
        ),
        (12700, "estimated", [SEPTEMBER], "в счёте расчёт, а не показание: сверять не с чем"),
        (12700, "norm", [], "в счёте расчёт, а не показание: сверять не с чем"),
        (None, "", [SEPTEMBER], "в счёте этой шкалы нет"),
    ],
)
def test_says_row_by_row(value: int | str | None, kind: str, readings: list[HeldValue], words: str) -> None:
    comparison = compare(value, *readings, kind=kind)
    assert comparison is not None
    assert tell_comparison(comparison, "кВт·ч").replace("\u00a0", " ") == words


def test_says_nothing_of_what_neither_side_knows() -> None:
    assert compare(None) is None


def test_a_difference_has_its_sign() -> None:
    comparison = compare(12600, held("2026-10-20", 12612))
    assert comparison is not None
    assert comparison.difference == -12
    assert comparison.is_wrong


def test_an_actual_reading_of_the_same_day_goes_before_an_estimate() -> None:
    comparison = compare(12612, held("2026-10-20", 12650, "estimated"), held("2026-10-20", 12612))
    assert comparison is not None
    assert comparison.outcome is Outcome.EQUAL


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        (["equal", "equal"], "В счёте за октябрь то же, что и здесь."),
        (["equal"], "В счёте за октябрь то же показание, что и здесь."),
        (["equal", "different"], "В счёте за октябрь 1 показание расходится с тем, что записано здесь."),
        (["not_counted", "different"], "В счёте за октябрь 2 показания расходятся с тем, что записано здесь."),
        (["equal", "by_average"], "Что можно было сверить, в счёте за октябрь то же, что и здесь."),
        (["by_average"], "В счёте за октябрь показаний нет: он посчитан без них."),
    ],
)
def test_sums_the_bill_up(outcomes: list[str], words: str) -> None:
    rows = [Comparison(Outcome(outcome), None, None) for outcome in outcomes]
    assert tell_summary(rows, date(2026, 10, 1)) == words
