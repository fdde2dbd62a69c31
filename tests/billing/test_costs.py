"""What a use costs, range by range."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.costs import Step, count_cost, index_steps, stretch, tell_place, write_steps

RANGES = (Step(Decimal(300), Decimal("7.20")), Step(Decimal(500), Decimal("9.10")), Step(None, Decimal("12.345")))


@pytest.mark.parametrize(
    ("use", "amount", "number", "left"),
    [
        ("0", "0.00", 1, "300"),
        ("86", "619.20", 1, "214"),
        ("299.999", "2159.99", 1, "0.001"),
        ("300", "2160.00", 2, "200"),
        ("384", "2924.40", 2, "116"),
        ("500", "3980.00", 3, None),
        ("501", "3992.35", 3, None),
    ],
)
def test_each_range_has_its_price(use: str, amount: str, number: int, left: str | None) -> None:
    cost = count_cost(Decimal(use), RANGES)
    assert cost is not None
    assert (cost.amount, cost.number) == (Decimal(amount), number)
    assert cost.left == (None if left is None else Decimal(left))


def test_says_how_much_is_left_in_the_range() -> None:
    for use, words in [
        ("86", "Вы в первом диапазоне: ещё 214\u00a0кВт·ч по 7,20\u00a0₽"),
        ("384", "Вы в втором диапазоне: ещё 116\u00a0кВт·ч по 9,10\u00a0₽"),
        ("1500", "Вы в третьем диапазоне: больше 500\u00a0кВт·ч — по 12,345\u00a0₽"),
    ]:
        cost = count_cost(Decimal(use), RANGES)
        assert cost is not None
        assert tell_place(cost, RANGES, "кВт·ч") == words.replace("Вы в втором", "Вы во втором")


def test_one_price_for_everything_has_no_place_to_tell() -> None:
    steps = (Step(None, Decimal("7.20")),)
    cost = count_cost(Decimal(86), steps)
    assert cost is not None
    assert tell_place(cost, steps, "кВт·ч") == ""


def test_without_a_price_and_for_less_than_nothing_there_is_no_cost() -> None:
    assert count_cost(Decimal(10), ()) is None
    assert count_cost(Decimal(-1), RANGES) is None


def test_two_months_have_twice_the_ranges() -> None:
    cost = count_cost(Decimal(600), stretch(RANGES, 2))
    assert cost is not None
    assert cost.amount == Decimal("4320.00")


@dataclass
class Row:
    range_from: Decimal
    range_to: Decimal | None
    price: Decimal
    supplier_id: int = 1
    service: str = "electricity"
    code: str = "1"


def test_a_range_ends_where_the_next_begins() -> None:
    rows = [Row(Decimal(300), None, Decimal("9.1")), Row(Decimal(0), Decimal(299), Decimal("7.2"))]
    steps = index_steps(rows)[1, "electricity", "1"]
    assert write_steps(steps) == "300:7.2;:9.1"


@given(st.decimals(0, 10**6, places=3), st.decimals(0, 10**6, places=3))
def test_more_never_costs_less(one: Decimal, other: Decimal) -> None:
    costs = [count_cost(use, RANGES) for use in sorted((one, other))]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[0].amount <= costs[1].amount
