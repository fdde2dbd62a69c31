"""The rows of domain.md 4 that weigh a value against what came before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from meters.plausibility.facts import MeterFacts, OtherMeter, ScaleFacts, Thresholds
from meters.plausibility.findings import Finding, Severity
from meters.plausibility.values import drop_last_digits

BLOCK, INFORM, CONFIRM = (Severity.BLOCK,), (Severity.INFORM,), (Severity.CONFIRM,)
CONFIRM_AND_REVIEW, REVIEW = (Severity.CONFIRM, Severity.REVIEW), (Severity.REVIEW,)
Values = Mapping[str, Decimal]


@dataclass(frozen=True)
class Expectation:
    """What use would be usual for one scale over the days passed; `high` is where a question begins."""

    scale: ScaleFacts
    days: int
    usual: Decimal | None
    high: Decimal | None
    very_high: Decimal | None

    def fits(self, value: Decimal) -> bool:
        """Not lower than the base, and not so much higher that one would ask."""
        base = self.scale.base
        return base is not None and self.high is not None and base <= value <= base + self.high


def judge_figures(
    meter: MeterFacts, values: Values, taken_on: date, thresholds: Thresholds, others: Sequence[OtherMeter]
) -> tuple[list[Finding], dict[str, Decimal | None]]:
    """Findings about the values, and the use of each scale since its base, over the end of the register too."""
    expectations = {scale.code: expect(scale, taken_on, thresholds) for scale in meter.scales}
    uses: dict[str, Decimal | None] = {
        code: None if item.scale.base is None else values[code] - item.scale.base for code, item in expectations.items()
    }
    findings = _find_swapped_zones(meter, values, expectations)
    swapped = {code for finding in findings for code in finding.suggestion}
    if not swapped:
        findings += _find_other_meter(values, expectations, taken_on, thresholds, others)
    explained = swapped or bool(findings)
    for code, item in expectations.items():
        findings += _judge_scale(meter, item, values[code], uses, thresholds, explained=bool(explained))
    findings += _find_sum_mismatch(meter, values)
    return findings, uses


def expect(scale: ScaleFacts, taken_on: date, thresholds: Thresholds) -> Expectation:
    """Usual use is d × days since the last actual reading; nothing below the floor of its unit is called high."""
    if scale.last_actual_on is None:
        return Expectation(scale, 0, None, None, None)
    days = max(1, (taken_on - scale.last_actual_on).days)
    if scale.daily_use is None:
        return Expectation(scale, days, None, None, None)
    usual, floor = scale.daily_use * days, thresholds.floor(scale.unit)
    high = max(thresholds.high * usual, floor)
    very_high = max(thresholds.very_high * usual, floor * thresholds.very_high / thresholds.high)
    return Expectation(scale, days, usual, high, very_high)


def _judge_scale(
    meter: MeterFacts,
    item: Expectation,
    value: Decimal,
    uses: dict[str, Decimal | None],
    thresholds: Thresholds,
    *,
    explained: bool,
) -> list[Finding]:
    scale, base = item.scale, item.scale.base
    findings = []
    if scale.last_actual is None:
        findings.append(Finding("first_reading", REVIEW, scale.code, {"value": text(value)}))
    if base is None:
        return findings
    figures = _figures(item, value)
    if value < base:
        turned = _use_over_the_end(meter, item, value, thresholds)
        if turned is not None:
            uses[scale.code] = turned
            findings.append(Finding("rollover", CONFIRM_AND_REVIEW, scale.code, {**figures, "use": text(turned)}))
            findings += _find_impossible_use(meter, item, turned)
        elif not explained:
            findings.append(Finding("lower_than_actual", BLOCK, scale.code, figures))
        return findings
    use = value - base
    if use == 0 and scale.last_actual is not None:
        findings.append(Finding("unchanged", INFORM, scale.code, figures))
    if scale.last_billed is not None and value < scale.last_billed and scale.last_billed_kind != "actual":
        billed = {**figures, "billed": text(scale.last_billed)}
        findings.append(Finding("lower_than_estimate", INFORM, scale.code, billed))
    findings += _find_impossible_use(meter, item, use)
    if explained or item.high is None or item.very_high is None or use <= item.high:
        return findings
    slipped = _find_slipped_point(meter, item, value)
    if slipped is not None:
        findings.append(Finding("lost_point", CONFIRM, scale.code, figures, {scale.code: text(slipped)}))
    elif use > item.very_high:
        findings.append(Finding("very_high", CONFIRM_AND_REVIEW, scale.code, figures))
    else:
        findings.append(Finding("high", CONFIRM, scale.code, figures))
    return findings


def _use_over_the_end(meter: MeterFacts, item: Expectation, value: Decimal, thresholds: Thresholds) -> Decimal | None:
    """The use if the register passed its end and began again at nought; None when that is not plausible."""
    base = item.scale.base
    if meter.digits_left is None or base is None:
        return None
    capacity = Decimal(10) ** meter.digits_left
    if base < capacity * thresholds.rollover_from or value > capacity * thresholds.rollover_to:
        return None
    use = value + capacity - base
    return use if item.high is None or use <= item.high else None


def _find_impossible_use(meter: MeterFacts, item: Expectation, use: Decimal) -> list[Finding]:
    """U · I max · phases · hours / 1000: more cannot pass through the device."""
    if meter.voltage is None or meter.current_max is None or meter.phases is None or not item.days:
        return []
    most = meter.voltage * meter.current_max * meter.phases * item.days * 24 / 1000
    if use <= most:
        return []
    figures = {"use": text(use), "most": text(most.quantize(Decimal(1))), "days": str(item.days)}
    return [Finding("over_physical", BLOCK, item.scale.code, figures)]


def _find_slipped_point(meter: MeterFacts, item: Expectation, value: Decimal) -> Decimal | None:
    for count in (1, 2, 3):
        candidate = drop_last_digits(value, count, meter.digits_right)
        if item.fits(candidate):
            return candidate
    return None


def _find_swapped_zones(meter: MeterFacts, values: Values, expectations: Mapping[str, Expectation]) -> list[Finding]:
    zones = [scale.code for scale in meter.scales if not scale.is_total]
    wrong = {code for code in zones if expectations[code].scale.last_actual is not None}
    wrong = {code for code in wrong if not expectations[code].fits(values[code])}
    for one, other in combinations(zones, 2):
        if not {one, other} & wrong or expectations[one].high is None or expectations[other].high is None:
            continue
        if expectations[one].fits(values[other]) and expectations[other].fits(values[one]):
            suggestion = {one: text(values[other]), other: text(values[one])}
            names = {"one": expectations[one].scale.name, "other": expectations[other].scale.name}
            return [Finding("zones_swapped", CONFIRM, figures=names, suggestion=suggestion)]
    return []


def _find_other_meter(
    values: Values,
    expectations: Mapping[str, Expectation],
    taken_on: date,
    thresholds: Thresholds,
    others: Sequence[OtherMeter],
) -> list[Finding]:
    """The values would fit another meter, and here at least one is lower or very much higher than it can be."""
    known = [item for item in expectations.values() if item.scale.base is not None]
    misfits = [
        item
        for item in known
        if values[item.scale.code] < (item.scale.base or 0)
        or (item.very_high is not None and values[item.scale.code] > (item.scale.base or 0) + item.very_high)
    ]
    if not misfits:
        return []
    for other in others:
        if {scale.code for scale in other.scales} != set(values):
            continue
        if all(expect(scale, taken_on, thresholds).fits(values[scale.code]) for scale in other.scales):
            return [Finding("other_meter", CONFIRM, figures={"label": other.label})]
    return []


def _find_sum_mismatch(meter: MeterFacts, values: Values) -> list[Finding]:
    zones = [scale.code for scale in meter.scales if not scale.is_total]
    findings = []
    for total in (scale.code for scale in meter.scales if scale.is_total):
        together = sum((values[code] for code in zones), Decimal(0))
        if abs(values[total] - together) > len(zones) + 1:
            figures = {"total": text(values[total]), "together": text(together)}
            findings.append(Finding("sum_mismatch", CONFIRM, total, figures))
    return findings


def _figures(item: Expectation, value: Decimal) -> dict[str, str]:
    scale = item.scale
    base = scale.base or Decimal(0)
    figures = {"value": text(value), "base": text(base), "use": text(value - base), "unit": scale.unit}
    figures |= {"name": scale.name, "days": str(item.days)}
    if scale.last_actual_on is not None:
        figures["base_on"] = scale.last_actual_on.isoformat()
    if scale.daily_use is not None:
        figures["month"] = text((scale.daily_use * 30).quantize(Decimal("0.1") if scale.unit == "м³" else Decimal(1)))
    return figures


def text(value: Decimal) -> str:
    """Plain decimal text with a point and no exponent."""
    return f"{value:f}"
