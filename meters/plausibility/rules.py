"""The rows of domain.md 4, from the shape of what was typed to the figures."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from meters.plausibility.expectations import Expectation
from meters.plausibility.facts import Calendar, MeterFacts, OtherMeter, Previous, ScaleFacts, Thresholds
from meters.plausibility.figures import expect_all, judge_figures
from meters.plausibility.findings import Finding, Outcome, Severity, Verdict, note
from meters.plausibility.guesses import find_extra_digits
from meters.plausibility.values import parse_value, write

MORE_DIGITS = 20
LONGEST_SHOWN = 40


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

    What cannot be taken at all is said first; figures are judged only when every scale has a value. A meter left blank
    as a whole is not sent: the caller leaves it out.
    """
    figures = thresholds or Thresholds()
    closed = _find_closed_door(meter)
    if closed is not None:
        return Verdict(Outcome.BLOCKED, (closed,))
    values, shape = _read_values(meter, typed, expect_all(meter, calendar, figures))
    findings = [*shape, *_check_days(meter, calendar), *_inform_about_meter(meter, calendar)]
    if _has(findings, Severity.BLOCK):
        return Verdict(Outcome.BLOCKED, tuple(findings), values)
    if previous is not None:
        receipt = {"receipt": previous.receipt, "bill": calendar.enters_bill_for}
        if dict(previous.values) == values and not previous.is_handed_over:
            return Verdict(Outcome.DUPLICATE, (*findings, note("duplicate", "", receipt)), values)
        findings.append(note("after_hand_over" if previous.is_handed_over else "supersedes", "", receipt))
    judged, uses = judge_figures(meter, values, calendar, figures, others)
    findings += judged
    if _has(findings, Severity.BLOCK):
        outcome = Outcome.BLOCKED
    elif _has(findings, Severity.CONFIRM):
        outcome = Outcome.NEEDS_CONFIRMATION
    else:
        outcome = Outcome.ACCEPTED
    return Verdict(outcome, tuple(findings), values, uses)


def _has(findings: Sequence[Finding], severity: Severity) -> bool:
    return any(finding.has(severity) for finding in findings)


def _find_closed_door(meter: MeterFacts) -> Finding | None:
    if not meter.scales:
        return note("no_meter_info")
    if meter.status == "automatic":
        return note("meter_automatic")
    if meter.status == "removed":
        return note("meter_removed")
    return None


def _read_values(
    meter: MeterFacts, typed: Mapping[str, str], expectations: Mapping[str, Expectation]
) -> tuple[dict[str, Decimal], list[Finding]]:
    values: dict[str, Decimal] = {}
    known = {scale.code for scale in meter.scales}
    findings = [note("unknown_scale", code[:LONGEST_SHOWN]) for code in typed if code not in known]
    for scale in meter.scales:
        text = typed.get(scale.code, "")
        if not text.strip():
            findings.append(note("missing_scale", scale.code, {"name": scale.name}))
            continue
        parsed = parse_value(text, meter.digits_left, meter.digits_right)
        if parsed.value is None:
            findings.append(_refuse_text(meter, scale, text, parsed.problem, expectations[scale.code]))
            continue
        values[scale.code] = parsed.value
        if parsed.cut:
            figures = {"value": write(parsed.value), "digits_right": str(meter.digits_right or 0), "name": scale.name}
            findings.append(note("extra_decimals", scale.code, figures))
    return values, findings


def _refuse_text(meter: MeterFacts, scale: ScaleFacts, text: str, problem: str, item: Expectation) -> Finding:
    figures = {"typed": text.strip()[:LONGEST_SHOWN], "name": scale.name}
    if meter.digits_left is not None:
        figures["digits_left"] = str(meter.digits_left)
    figures["digits_right"] = str(meter.digits_right or 0)
    suggestion = {}
    if problem == "too_many_digits":
        whole = parse_value(text, MORE_DIGITS, meter.digits_right).value
        meant = None if whole is None else find_extra_digits(meter, item, whole)
        if meant is not None:
            suggestion = {scale.code: write(meant)}
    return note(problem, scale.code, figures, suggestion)


def _check_days(meter: MeterFacts, calendar: Calendar) -> list[Finding]:
    findings = []
    taken_on = calendar.taken_on
    if taken_on > calendar.today:
        findings.append(note("date_in_future", figures={"taken_on": taken_on.isoformat()}))
    if meter.installed_on is not None and taken_on < meter.installed_on:
        findings.append(note("before_installation", figures={"installed_on": meter.installed_on.isoformat()}))
    read_on = [meter.read_later_on, *(scale.last_actual_on for scale in meter.scales)]
    last = max((day for day in read_on if day), default=None)
    if last is not None and taken_on < last:
        findings.append(note("before_last", figures={"last_on": last.isoformat()}))
    if not calendar.is_window_open and calendar.window_forbids:
        findings.append(note("outside_window", figures={"text": calendar.window_text}))
    elif calendar.is_after_cut_off:
        findings.append(note("after_cut_off", figures={"bill": calendar.enters_bill_for}))
    return findings


def _inform_about_meter(meter: MeterFacts, calendar: Calendar) -> list[Finding]:
    findings = []
    missing = [name for name, value in (("serial", meter.serial), ("model", meter.model)) if not value.strip()]
    if missing:
        findings.append(note("incomplete_meter_info", figures={"missing": ",".join(missing)}))
    if meter.verified_until is not None and meter.verified_until < calendar.taken_on:
        figures = {"verified_until": meter.verified_until.isoformat(), "service": meter.service}
        findings.append(note("verification_expired", figures=figures))
    return findings
