"""The table of checks (domain.md 4), a case or more for every row of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from meters.plausibility import SEVERITIES, MeterFacts, Outcome, Previous, ScaleFacts, Severity, looks_like_total
from tests.meters.facts import (
    DAY,
    HOT_WATER,
    INDUCTION,
    LAST_ON,
    NEVA,
    NIGHT,
    TODAY,
    USUAL,
    USUAL_DAY,
    WATER,
    WATER_SCALE,
    check,
    with_scale,
)

B, C, R, INFORM = {Severity.BLOCK}, {Severity.CONFIRM}, {Severity.REVIEW}, {Severity.INFORM}
BLOCKED, ASKED, ACCEPTED = Outcome.BLOCKED, Outcome.NEEDS_CONFIRMATION, Outcome.ACCEPTED
TOTAL = replace(DAY, code="0", name="Сумма", last_actual=Decimal(16090), daily_use=Decimal(13), is_total=True)
WITH_TOTAL = replace(NEVA, scales=(TOTAL, DAY, NIGHT))
ESTIMATED = {"last_billed": Decimal(13000), "last_billed_kind": "estimated"}
NEW_SCALES = tuple(ScaleFacts(scale.code, scale.name, scale.unit) for scale in NEVA.scales)
BEFORE = Previous("26-11-000001", {"1": Decimal(12890), "2": Decimal(3580)})


@dataclass(frozen=True)
class Case:
    """One line: what is known, what is typed, which rows fire, and what comes of it."""

    name: str
    outcome: Outcome
    codes: set[str]
    typed: Mapping[str, str] = field(default_factory=lambda: dict(USUAL))
    meter: MeterFacts = NEVA
    more: Mapping[str, Any] = field(default_factory=dict)
    suggestion: Mapping[str, str] = field(default_factory=dict)


def on(**changes: Any) -> dict[str, Any]:
    return {"calendar": replace(USUAL_DAY, **changes)}


YOUNG = with_scale(NEVA, "1", daily_use=None)
HALF_WAY = with_scale(INDUCTION, "0", last_actual=Decimal(8000))
IDLE = with_scale(NEVA, "1", daily_use=Decimal(0))
CASES = [
    Case("usual", ACCEPTED, set()),
    # What is known of the meter
    Case("no scales", BLOCKED, {"no_meter_info"}, meter=replace(NEVA, scales=())),
    Case("no serial", ACCEPTED, {"incomplete_meter_info"}, meter=replace(NEVA, serial="")),
    Case("no model", ACCEPTED, {"incomplete_meter_info"}, meter=replace(NEVA, model=" ")),
    Case("automatic", BLOCKED, {"meter_automatic"}, meter=replace(NEVA, status="automatic")),
    Case("removed", BLOCKED, {"meter_removed"}, meter=replace(NEVA, status="removed")),
    Case("verification over", ACCEPTED, {"verification_expired"}, meter=replace(NEVA, verified_until=date(2026, 1, 1))),
    Case("verified until today", ACCEPTED, set(), meter=replace(NEVA, verified_until=TODAY)),
    # Exactly the scales
    Case("night forgotten", BLOCKED, {"missing_scale"}, {"1": "12896"}),
    Case("night blank", BLOCKED, {"missing_scale"}, {"1": "12896", "2": " \u00a0"}),
    Case("a zone too many", BLOCKED, {"unknown_scale"}, {**USUAL, "3": "1"}),
    Case("nothing at all", BLOCKED, {"missing_scale"}, {}),
    # Numbers
    Case("words", BLOCKED, {"not_a_number"}, {**USUAL, "1": "много"}),
    Case("nan", BLOCKED, {"not_a_number"}, {**USUAL, "1": "NaN"}),
    Case("negative", BLOCKED, {"negative"}, {**USUAL, "1": "-12896"}),
    Case("seven digits", BLOCKED, {"too_many_digits"}, {**USUAL, "1": "7512896"}),
    Case(
        "the red digit of an old meter",
        BLOCKED,
        {"too_many_digits"},
        {"0": "99953"},
        INDUCTION,
        suggestion={"0": "9995"},
    ),
    Case("a fraction too long", ACCEPTED, {"extra_decimals"}, {**USUAL, "1": "12896,9"}),
    Case("zeros and a comma", ACCEPTED, set(), {"1": "012896,", "2": "003588.0"}),
    Case("water", ACCEPTED, set(), {"0": "51,2"}, WATER),
    Case("water, four decimals", ACCEPTED, {"extra_decimals"}, {"0": "51,2007"}, WATER),
    # Days
    Case("tomorrow", BLOCKED, {"date_in_future"}, more=on(taken_on=TODAY + timedelta(1))),
    Case(
        "before it was installed",
        BLOCKED,
        {"before_installation"},
        meter=replace(NEVA, scales=NEW_SCALES, installed_on=TODAY),
        more=on(taken_on=TODAY - timedelta(1)),
    ),
    Case("before the last", BLOCKED, {"before_last"}, more=on(taken_on=LAST_ON - timedelta(1))),
    Case("on the day of the last", ACCEPTED, {"unchanged"}, {"1": "12612", "2": "3478"}, more=on(taken_on=LAST_ON)),
    Case(
        "the supplier is closed",
        BLOCKED,
        {"outside_window"},
        more=on(is_window_open=False, window_forbids=True, window_text="Приём с 15-го."),
    ),
    Case("closed, but takes", ACCEPTED, set(), more=on(is_window_open=False)),
    Case("after the cut-off", ACCEPTED, {"after_cut_off"}, more=on(is_after_cut_off=True, enters_bill_for="декабрь")),
    # Against history
    Case("turned over", ASKED, {"rollover"}, {"0": "70"}, INDUCTION),
    Case("turned over by too much", BLOCKED, {"lower_than_actual"}, {"0": "940"}, INDUCTION),
    Case("not near the end", BLOCKED, {"lower_than_actual"}, {"0": "70"}, HALF_WAY),
    Case(
        "zones exchanged",
        ASKED,
        {"zones_swapped"},
        {"1": "3588", "2": "12896"},
        suggestion={"1": "12896", "2": "3588"},
    ),
    Case(
        "total and day exchanged",
        ASKED,
        {"zones_swapped"},
        {"0": "12896", "1": "16484", "2": "3588"},
        WITH_TOTAL,
        suggestion={"0": "16484", "1": "12896"},
    ),
    Case("point lost", ASKED, {"lost_point"}, {"0": "471,2"}, WATER, suggestion={"0": "47.120"}),
    Case("point lost by two", ASKED, {"lost_point"}, {"0": "4712"}, WATER, suggestion={"0": "47.120"}),
    Case("no comma at all", ASKED, {"lost_point"}, {"0": "47120"}, WATER, suggestion={"0": "47.120"}),
    Case(
        "a digit too many, more than the meter can count",
        BLOCKED,
        {"lost_point", "over_physical"},
        {**USUAL, "1": "128961"},
        suggestion={"1": "12896"},
    ),
    Case("the other meter's", ASKED, {"other_meter"}, {"0": "815,1"}, WATER, {"others": [HOT_WATER]}),
    Case("nobody's", ASKED, {"very_high"}, {"0": "300,1"}, WATER, {"others": [HOT_WATER]}),
    Case("lower", BLOCKED, {"lower_than_actual"}, {**USUAL, "1": "12611"}),
    Case("lower than installed with", BLOCKED, {"first_reading", "lower_than_actual"}, {"0": "4"}, replace(
        WATER, scales=(ScaleFacts("0", "ХВС", "м³", opening_value=Decimal(5)),)
    )),
    Case("lower than estimated", ACCEPTED, {"lower_than_estimate"}, meter=with_scale(NEVA, "1", **ESTIMATED)),
    Case("as estimated", ACCEPTED, set(), {**USUAL, "1": "13000"}, with_scale(NEVA, "1", **ESTIMATED)),
    Case(
        "more than can be counted",
        BLOCKED,
        {"over_physical"},
        {**USUAL, "1": str(12612 + 29809)},
    ),
    Case("just countable", ASKED, {"very_high", "unchanged"}, {"1": str(12612 + 29808), "2": "3478"}),
    Case("countable apart, not together", BLOCKED, {"over_physical", "very_high"}, {"1": "32612", "2": "23478"}),
    Case("very high", ASKED, {"very_high"}, {**USUAL, "1": str(12612 + 2701)}),
    Case("ten times is high", ASKED, {"high"}, {**USUAL, "1": str(12612 + 2700)}),
    Case("high", ASKED, {"high"}, {**USUAL, "1": str(12612 + 811)}),
    Case("three times is usual", ACCEPTED, set(), {**USUAL, "1": str(12612 + 810)}),
    Case("below the floor", ACCEPTED, set(), {**USUAL, "1": "12712"}, with_scale(NEVA, "1", daily_use=Decimal("0.01"))),
    Case("a dacha wakes", ASKED, {"very_high"}, {**USUAL, "1": "12713"}, IDLE),
    Case("no average yet", ACCEPTED, set(), {**USUAL, "1": "14612"}, YOUNG),
    Case("no average, far too much", ASKED, {"very_high"}, {**USUAL, "1": "18612"}, YOUNG),
    Case("unchanged", ACCEPTED, {"unchanged"}, {"1": "12612", "2": "3478"}),
    Case("sum agrees", ACCEPTED, set(), {"0": "16487", **USUAL}, WITH_TOTAL),
    Case("sum does not", ASKED, {"sum_mismatch"}, {"0": "16488", **USUAL}, WITH_TOTAL),
    Case(
        "sum of what is offered",
        BLOCKED,
        {"lost_point", "over_physical"},
        {"0": "16484", "1": "128961", "2": "3588"},
        WITH_TOTAL,
        suggestion={"1": "12896"},
    ),
    Case("first", ACCEPTED, {"first_reading"}, meter=replace(NEVA, scales=NEW_SCALES)),
    # Against what was sent before
    Case("again the same", Outcome.DUPLICATE, {"duplicate"}, {"1": "12890", "2": "3580,0"}, more={"previous": BEFORE}),
    Case("other values", ACCEPTED, {"supersedes"}, more={"previous": BEFORE}),
    Case("handed over", ACCEPTED, {"after_hand_over"}, more={"previous": replace(BEFORE, is_handed_over=True)}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_judges_as_the_table_says(case: Case) -> None:
    verdict = check(case.meter, case.typed, **case.more)
    assert verdict.codes() == case.codes
    assert verdict.outcome is case.outcome
    suggestion = {code: text for finding in verdict.findings for code, text in finding.suggestion.items()}
    assert suggestion == case.suggestion


def test_every_row_of_the_table_has_a_case() -> None:
    assert {code for case in CASES for code in case.codes} == set(SEVERITIES)


@pytest.mark.parametrize(
    ("codes", "severities"),
    [
        ("no_meter_info meter_automatic meter_removed missing_scale unknown_scale not_a_number negative", B),
        ("too_many_digits date_in_future before_installation before_last outside_window", B),
        ("lower_than_actual over_physical", B),
        ("rollover very_high", C | R),
        ("zones_swapped lost_point other_meter high sum_mismatch", C),
        ("first_reading", R),
        ("incomplete_meter_info extra_decimals after_cut_off lower_than_estimate unchanged", INFORM),
        ("duplicate supersedes after_hand_over verification_expired", INFORM),
    ],
)
def test_severities_are_those_of_the_table(codes: str, severities: set[Severity]) -> None:
    for code in codes.split():
        assert set(SEVERITIES[code]) == severities


def test_staff_look_at_a_kept_value_below_the_last() -> None:
    swapped = check(NEVA, {"1": "3588", "2": "12896"})
    assert swapped.needs_review
    assert not check(NEVA, {**USUAL, "1": str(12612 + 811)}).needs_review


def test_a_use_over_the_end_is_counted() -> None:
    verdict = check(INDUCTION, {"0": "70"})
    assert verdict.uses == {"0": Decimal(120)}
    assert verdict.needs_review


def test_a_use_below_the_base_is_unknown() -> None:
    assert check(NEVA, {**USUAL, "1": "12611"}).uses == {"1": None, "2": Decimal(110)}


def test_a_meter_of_5_to_60_amperes_counts_994_kwh_a_day() -> None:
    next_day = on(taken_on=LAST_ON + timedelta(1))
    assert "over_physical" not in check(NEVA, {"1": str(12612 + 993), "2": "3478"}, **next_day).codes()
    assert "over_physical" in check(NEVA, {"1": str(12612 + 994), "2": "3478"}, **next_day).codes()


def test_water_has_no_electric_limit() -> None:
    weird = replace(WATER, current_max=Decimal(1), voltage=Decimal(1))
    assert check(weird, {"0": "300"}).codes() == {"very_high"}


def test_a_correction_names_the_figures_for_the_words() -> None:
    (finding,) = check(WATER, {"0": "471,2"}).findings
    assert finding.figures == {
        "value": "471.200",
        "base": "46.812",
        "base_on": "2026-10-20",
        "use": "424.388",
        "unit": "м³",
        "name": "ХВС",
        "days": "30",
        "month": "4.8",
    }


def test_sums_are_compared_over_the_end_of_the_register() -> None:
    scales = (
        replace(TOTAL, last_actual=Decimal(50)),
        replace(DAY, last_actual=Decimal(999_950)),
        replace(NIGHT, last_actual=Decimal(100)),
    )
    assert check(replace(NEVA, scales=scales), {"0": "150", "1": "999990", "2": "160"}).codes() == set()


def test_three_of_four_zones_in_another_order_are_put_right() -> None:
    zones = [("1", 10_000), ("2", 20_000), ("3", 30_000), ("4", 40_000)]
    scales = tuple(replace(DAY, code=code, name=f"T{code}", last_actual=Decimal(base)) for code, base in zones)
    verdict = check(replace(NEVA, scales=scales), {"1": "20100", "2": "30100", "3": "10100", "4": "40100"})
    (finding,) = verdict.findings
    assert finding.code == "zones_swapped"
    assert finding.suggestion == {"1": "10100", "2": "20100", "3": "30100"}


@pytest.mark.parametrize(
    ("name", "names", "is_total"),
    [
        ("Сумма", ["Сумма", "День", "Ночь"], True),
        ("Общее", ["Общее", "T1", "T2"], True),
        ("Круглосуточно", ["Круглосуточно", "День", "Ночь"], True),
        ("Круглосуточно", ["Круглосуточно"], False),
        ("День", ["Сумма", "День", "Ночь"], False),
        ("ХВС", ["ХВС"], False),
    ],
)
def test_a_total_register_is_told_by_its_name(name: str, names: list[str], is_total: bool) -> None:
    assert looks_like_total(name, names) is is_total


def test_a_scale_without_any_base_is_only_looked_at() -> None:
    verdict = check(replace(WATER, scales=(replace(WATER_SCALE, last_actual=None, last_actual_on=None),)), {"0": "900"})
    assert verdict.codes() == {"first_reading"}
    assert verdict.uses == {"0": None}
