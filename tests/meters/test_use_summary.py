"""What twelve months say together."""

from datetime import date
from decimal import Decimal

from meters.monthly_use import MonthUse
from meters.use_summary import Zone, find_year_ago, sum_up_use


def months(*values: int | None, last: date = date(2026, 11, 1)) -> list[MonthUse]:
    """Months up to `last`, oldest first."""
    uses = []
    for ago, value in enumerate(reversed(values)):
        year, month = divmod(last.year * 12 + last.month - 1 - ago, 12)
        day = date(year, month + 1, 1)
        uses.append(MonthUse(day, day, day, None if value is None else Decimal(value)))
    return uses[::-1]


def facts(uses: list[MonthUse], zones: list[Zone] | None = None) -> dict[str, str]:
    told = sum_up_use(uses, zones or [], unit="кВт·ч", places=0)
    return {label: text.replace("\u00a0", " ") for label, text in told}


def test_a_year_has_an_average_extremes_and_a_sum() -> None:
    told = facts(months(500, 480, 400, 300, 250, 200, 180, 210, 260, 320, 400, 460))
    assert told["В среднем за месяц"] == "330 кВт·ч"
    assert told["Больше всего"] == "декабрь 2025: 500 кВт·ч"
    assert told["Меньше всего"] == "июнь 2026: 180 кВт·ч"
    assert told["За 12 месяцев"] == "3 960 кВт·ч"


def test_two_years_are_set_side_by_side() -> None:
    assert facts(months(*[100] * 12, *[90] * 12))["За 12 месяцев"].endswith("на 10 % меньше, чем за прежние 12")
    assert facts(months(*[100] * 12, *[150] * 12))["За 12 месяцев"].endswith("на 50 % больше, чем за прежние 12")
    assert facts(months(*[100] * 24))["За 12 месяцев"].endswith("столько же, сколько за прежние 12")


def test_what_is_not_known_is_not_said() -> None:
    assert facts(months(300, 310)) == {}
    told = facts(months(None, 300, 310, 320))
    assert told["В среднем за месяц"] == "310 кВт·ч"
    assert "За 12 месяцев" not in told
    assert facts(months(*[100] * 5, None, *[100] * 18))["За 12 месяцев"] == "1 200 кВт·ч"
    assert "Больше всего" not in facts(months(*[100] * 12))


def test_zones_have_their_shares_and_what_the_cheap_one_saved() -> None:
    zones = [Zone("День", months(*[300] * 12), Decimal("7.20")), Zone("Ночь", months(*[100] * 12), Decimal("4.10"))]
    told = facts(months(*[400] * 12), zones)
    assert told["Доли зон за год"] == "день 75 %, ночь 25 %"
    assert told["Сберегли дешёвые часы"] == "около 3 720 ₽ за год по нынешним ценам"


def test_without_every_price_nothing_is_said_of_money() -> None:
    zones = [Zone("День", months(*[300] * 12), Decimal("7.20")), Zone("Ночь", months(*[100] * 12))]
    told = facts(months(*[400] * 12), zones)
    assert "Доли зон за год" in told
    assert "Сберегли дешёвые часы" not in told


def test_each_month_finds_the_same_of_the_year_before() -> None:
    uses = months(*range(100, 113))
    assert find_year_ago(uses) == {uses[-1]: Decimal(100)}
