"""What holds of the checks whatever is typed."""

import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from meters.plausibility import Finding, Outcome, Severity, Verdict
from tests.meters.facts import DAY, HOT_WATER, INDUCTION, NEVA, NIGHT, WATER, check, with_scale

uses = st.decimals(0, 14, places=3)
readings = st.decimals(0, 99_999, places=3)
kwh = st.integers(0, 999_999)
averages = st.decimals(0, 40, places=2) | st.none()


def rank(verdict: Verdict) -> int:
    """Accepted without a word of doubt, or doubted, or refused."""
    return [Outcome.ACCEPTED, Outcome.NEEDS_CONFIRMATION, Outcome.BLOCKED].index(verdict.outcome)


@given(day=st.integers(0, 270 * 3), night=st.integers(0, 120 * 3))
def test_a_lawful_reading_within_usual_use_is_accepted(day: int, night: int) -> None:
    verdict = check(NEVA, {"1": str(12612 + day), "2": str(3478 + night)})
    assert verdict.outcome is Outcome.ACCEPTED
    assert not verdict.needs_review
    assert verdict.uses == {"1": day, "2": night}


@given(use=uses, last=st.decimals(0, 90_000, places=3))
def test_water_within_usual_use_is_accepted_to_the_litre(use: Decimal, last: Decimal) -> None:
    verdict = check(with_scale(WATER, "0", last_actual=last), {"0": f"{last + use:f}".replace(".", ",")})
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.values == {"0": last + use}
    assert verdict.uses == {"0": use}


@given(use=st.integers(0, 400), last=st.integers(0, 9999))
def test_a_register_that_turns_over_is_never_blocked(use: int, last: int) -> None:
    meter = with_scale(INDUCTION, "0", last_actual=Decimal(last))
    verdict = check(meter, {"0": str((last + use) % 10_000)})
    assert verdict.uses == {"0": use}
    if last + use >= 10_000:
        assert verdict.codes() == {"rollover"}
        assert verdict.outcome is Outcome.NEEDS_CONFIRMATION
    else:
        assert verdict.outcome is Outcome.ACCEPTED


@given(low=kwh, more=kwh, average=averages)
def test_raising_a_questioned_value_never_makes_it_accepted(low: int, more: int, average: Decimal | None) -> None:
    meter = with_scale(NEVA, "1", daily_use=average)
    first = check(meter, {"1": str(12612 + low), "2": "3588"}, others=[HOT_WATER])
    second = check(meter, {"1": str(12612 + low + more), "2": "3588"}, others=[HOT_WATER])
    if rank(first) > 0:
        assert rank(second) > 0


@given(values=st.lists(kwh, min_size=2, max_size=2), averages=st.tuples(averages, averages))
def test_exchanging_zones_as_offered_is_accepted(
    values: list[int], averages: tuple[Decimal | None, Decimal | None]
) -> None:
    scales = (replace(DAY, daily_use=averages[0]), replace(NIGHT, daily_use=averages[1]))
    meter = replace(NEVA, scales=scales)
    typed = {"1": str(values[0]), "2": str(values[1])}
    for finding in check(meter, typed).findings:
        if finding.code in ("zones_swapped", "lost_point"):
            again = check(meter, {**typed, **finding.suggestion})
            assert not {row.code for row in again.findings if row.scale in finding.suggestion} & {
                "high",
                "very_high",
                "lost_point",
                "lower_than_actual",
            }


@given(typed=st.dictionaries(st.sampled_from("123"), st.text(max_size=12) | kwh.map(str)), average=averages)
def test_a_verdict_is_repeatable_and_survives_storage(typed: dict[str, str], average: Decimal | None) -> None:
    meter = with_scale(NEVA, "2", daily_use=average)
    verdict = check(meter, typed)
    assert check(meter, typed) == verdict
    stored = json.loads(json.dumps([finding.as_json() for finding in verdict.findings]))
    assert tuple(Finding.from_json(row) for row in stored) == verdict.findings
    asks = any(finding.has(Severity.CONFIRM) for finding in verdict.findings)
    blocks = any(finding.has(Severity.BLOCK) for finding in verdict.findings)
    expected = Outcome.BLOCKED if blocks else Outcome.NEEDS_CONFIRMATION if asks else Outcome.ACCEPTED
    assert verdict.outcome is expected


@given(value=readings)
def test_a_value_offered_for_a_lost_point_always_fits(value: Decimal) -> None:
    for finding in check(WATER, {"0": str(value)}).findings:
        for text in finding.suggestion.values():
            assert check(WATER, {"0": text}).outcome is Outcome.ACCEPTED
