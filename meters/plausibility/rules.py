"""The rows of domain.md 4, from the shape of what was typed to the figures."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from meters.plausibility.facts import Calendar, MeterFacts, OtherMeter, Previous, Thresholds
from meters.plausibility.figures import judge_figures
from meters.plausibility.findings import Finding, Outcome, Severity, Verdict
from meters.plausibility.values import parse_value

BLOCK, INFORM = (Severity.BLOCK,), (Severity.INFORM,)


def check_submission(
    meter: MeterFacts,
    typed: Mapping[str, str],
    *,
    calendar: Calendar,
    thresholds: Thresholds | None = None,
    others: Sequence[OtherMeter] = (),
    previous: Previous | None = None,
) -> Verdict:
    """Judge one submission: all scales of one meter, typed as text by scale code.

    What cannot be taken at all is said first; figures are judged only when every scale has a value.
    """
    closed = _find_closed_doors(meter)
    if closed:
        return Verdict(Outcome.BLOCKED, closed)
    values, shape = _read_values(meter, typed)
    findings = [*shape, *_check_days(meter, calendar), *_inform_about_meter(meter, calendar)]
    if _blocks(findings):
        return Verdict(Outcome.BLOCKED, tuple(findings), values)
    if previous is not None:
        if dict(previous.values) == values and not previous.is_handed_over:
            duplicate = Finding("duplicate", INFORM, figures={"receipt": previous.receipt})
            return Verdict(Outcome.DUPLICATE, (*findings, duplicate), values)
        code = "after_hand_over" if previous.is_handed_over else "supersedes"
        findings.append(Finding(code, INFORM, figures={"receipt": previous.receipt}))
    figures, uses = judge_figures(meter, values, calendar.taken_on, thresholds or Thresholds(), others)
    findings += figures
    if _blocks(findings):
        outcome = Outcome.BLOCKED
    elif any(finding.has(Severity.CONFIRM) for finding in findings):
        outcome = Outcome.NEEDS_CONFIRMATION
    else:
        outcome = Outcome.ACCEPTED
    return Verdict(outcome, tuple(findings), values, uses)


def _blocks(findings: Sequence[Finding]) -> bool:
    return any(finding.has(Severity.BLOCK) for finding in findings)


def _find_closed_doors(meter: MeterFacts) -> tuple[Finding, ...]:
    if not meter.scales:
        return (Finding("no_meter_info", BLOCK),)
    if meter.status == "automatic":
        return (Finding("meter_automatic", BLOCK),)
    if meter.status == "removed":
        return (Finding("meter_removed", BLOCK),)
    return ()


def _read_values(meter: MeterFacts, typed: Mapping[str, str]) -> tuple[dict[str, Decimal], list[Finding]]:
    values: dict[str, Decimal] = {}
    findings = []
    known = {scale.code for scale in meter.scales}
    findings += [Finding("unknown_scale", BLOCK, code) for code in typed if code not in known]
    for scale in meter.scales:
        text = typed.get(scale.code, "")
        if not text.strip():
            findings.append(Finding("missing_scale", BLOCK, scale.code, {"name": scale.name}))
            continue
        parsed = parse_value(text, meter.digits_left, meter.digits_right)
        if parsed.value is None:
            digits = str(meter.digits_left or "")
            findings.append(Finding(parsed.problem, BLOCK, scale.code, {"typed": text[:40], "digits_left": digits}))
            continue
        values[scale.code] = parsed.value
        if parsed.cut:
            figures = {"value": f"{parsed.value:f}", "digits_right": str(meter.digits_right or 0)}
            findings.append(Finding("extra_decimals", INFORM, scale.code, figures))
    return values, findings


def _check_days(meter: MeterFacts, calendar: Calendar) -> list[Finding]:
    findings = []
    taken_on = calendar.taken_on
    if taken_on > calendar.today:
        findings.append(Finding("date_in_future", BLOCK, figures={"taken_on": taken_on.isoformat()}))
    if meter.installed_on is not None and taken_on < meter.installed_on:
        figures = {"installed_on": meter.installed_on.isoformat()}
        findings.append(Finding("before_installation", BLOCK, figures=figures))
    last = max((scale.last_actual_on for scale in meter.scales if scale.last_actual_on), default=None)
    if last is not None and taken_on < last:
        findings.append(Finding("before_last", BLOCK, figures={"last_on": last.isoformat()}))
    if not calendar.is_window_open and calendar.window_forbids:
        findings.append(Finding("outside_window", BLOCK, figures={"text": calendar.window_text}))
    elif calendar.is_after_cut_off:
        findings.append(Finding("after_cut_off", INFORM, figures={"bill": calendar.enters_bill_for}))
    return findings


def _inform_about_meter(meter: MeterFacts, calendar: Calendar) -> list[Finding]:
    findings = []
    if not meter.serial or not meter.model:
        missing = "serial" if not meter.serial else "model"
        findings.append(Finding("incomplete_meter_info", INFORM, figures={"missing": missing}))
    if meter.verified_until is not None and meter.verified_until < calendar.today:
        figures = {"verified_until": meter.verified_until.isoformat(), "service": meter.service}
        findings.append(Finding("verification_expired", INFORM, figures=figures))
    return findings
