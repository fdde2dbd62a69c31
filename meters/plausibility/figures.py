"""The rows of domain.md 4 that weigh a value against what came before."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from meters.plausibility.expectations import Expectation, count_physical_limit, expect
from meters.plausibility.facts import Calendar, MeterFacts, OtherMeter, Thresholds
from meters.plausibility.findings import Finding, note
from meters.plausibility.guesses import find_lost_point, find_other_meter, find_swapped_zones, find_turn_over
from meters.plausibility.values import as_shown, write

Values = Mapping[str, Decimal]


def expect_all(meter: MeterFacts, calendar: Calendar, thresholds: Thresholds) -> dict[str, Expectation]:
    """What is usual for each scale of the meter, by code."""
    return {
        scale.code: expect(
            scale,
            taken_on=calendar.taken_on,
            thresholds=thresholds,
            installed_on=meter.installed_on,
            digits_right=meter.digits_right,
            ratio=meter.ratio,
        )
        for scale in meter.scales
    }


def judge_figures(
    meter: MeterFacts, values: Values, calendar: Calendar, thresholds: Thresholds, others: Sequence[OtherMeter]
) -> tuple[list[Finding], dict[str, Decimal | None]]:
    """Findings about the values, and the use of each scale since its base, over the end of the register too."""
    expectations = expect_all(meter, calendar, thresholds)
    uses = {code: item.count_use(values[code]) for code, item in expectations.items()}
    findings = [note("first_reading", s.code, {"name": s.name}) for s in meter.scales if s.last_actual is None]
    explained: set[str] = set()
    swapped = find_swapped_zones(values, expectations)
    if swapped is not None:
        findings.append(swapped)
        explained |= set(values)
    for code, item in expectations.items():
        turned = None if swapped else find_turn_over(meter, item, values[code], thresholds)
        if turned is not None:
            uses[code] = turned
            explained.add(code)
            findings.append(note("rollover", code, {**item.describe(values[code]), "use": write(turned)}))
    other = None if explained else find_other_meter(values, expectations, others, calendar, thresholds)
    if other is not None:
        findings.append(other)
        explained |= set(values)
    impossible = _find_impossible_uses(meter, uses, expectations, thresholds, swapped=swapped is not None)
    findings += impossible
    too_much = {finding.scale for finding in impossible}
    for code, item in expectations.items():
        findings += _judge_scale(
            item, values[code], thresholds, is_explained=code in explained, is_impossible=code in too_much
        )
    findings += _find_sum_mismatch(meter, values, thresholds, findings)
    return findings, uses


def _judge_scale(
    item: Expectation, value: Decimal, thresholds: Thresholds, *, is_explained: bool, is_impossible: bool
) -> list[Finding]:
    scale, base = item.scale, item.scale.base
    if base is None:
        return []
    figures = item.describe(value)
    if item.is_lower(value):
        return [] if is_explained else [note("lower_than_actual", scale.code, figures)]
    use, findings = value - base, []
    if use == 0 and scale.last_actual is not None:
        findings.append(note("unchanged", scale.code, figures))
    if scale.last_billed is not None and value < scale.last_billed and scale.last_billed_kind in ("estimated", "norm"):
        billed = write(as_shown(scale.last_billed, item.digits_right))
        findings.append(note("lower_than_estimate", scale.code, {**figures, "billed": billed}))
    if is_explained or item.high is None or use <= item.high:
        return findings
    meant = find_lost_point(item, value, thresholds)
    if meant is not None:
        if is_impossible:
            figures["impossible"] = "yes"
        findings.append(note("lost_point", scale.code, figures, {scale.code: write(meant)}))
    elif not is_impossible:
        is_very_high = item.very_high is not None and use > item.very_high
        findings.append(note("very_high" if is_very_high else "high", scale.code, figures))
    return findings


def _find_impossible_uses(
    meter: MeterFacts,
    uses: Mapping[str, Decimal | None],
    expectations: Mapping[str, Expectation],
    thresholds: Thresholds,
    *,
    swapped: bool,
) -> list[Finding]:
    """over_physical, for each scale and for the zones of the meter together.

    Exchanged zones are said first: once they are exchanged, or kept, the check is made anew.
    """
    if swapped:
        return []
    findings = []
    for code, use in uses.items():
        item = expectations[code]
        most = count_physical_limit(meter, item.days, thresholds)
        if use is not None and most is not None and use > most:
            findings.append(note("over_physical", code, _physical(use, most, item)))
    zones = [scale.code for scale in meter.scales if not scale.is_total]
    if findings or len(zones) < 2:
        return findings
    longest = max((expectations[code] for code in zones), key=lambda item: item.days)
    together = sum((uses[code] or Decimal(0) for code in zones), Decimal(0))
    most = count_physical_limit(meter, longest.days, thresholds)
    if most is not None and together > most:
        findings.append(note("over_physical", "", _physical(together, most, longest)))
    return findings


def _physical(use: Decimal, most: Decimal, item: Expectation) -> dict[str, str]:
    return {
        "use": write(as_shown(use, item.digits_right)),
        "most": write(most.quantize(Decimal(1))),
        "days": str(item.days),
        "unit": item.scale.unit,
    }


def _find_sum_mismatch(
    meter: MeterFacts, values: Values, thresholds: Thresholds, findings: Sequence[Finding]
) -> list[Finding]:
    """sum_mismatch, judged on the values as our guesses would have them: one slip is one question.

    Registers turn over one by one, so sums are compared around the end of the register.
    """
    meant = dict(values)
    for finding in findings:
        meant |= {code: Decimal(text) for code, text in finding.suggestion.items()}
    zones = [scale.code for scale in meter.scales if not scale.is_total]
    mismatches = []
    for total in (scale for scale in meter.scales if scale.is_total):
        together = sum((meant[code] for code in zones), Decimal(0))
        off = abs(meant[total.code] - together)
        if meter.digits_left is not None:
            capacity = Decimal(10) ** meter.digits_left
            off = min(off % capacity, capacity - off % capacity)
        if zones and off > len(zones) + thresholds.sum_extra:
            figures = {"total": write(meant[total.code]), "together": write(together), "name": total.name}
            mismatches.append(note("sum_mismatch", total.code, figures))
    return mismatches
