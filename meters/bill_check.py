"""«Сверка с последним счётом»: the values on the last bill beside the readings here, row by row (domain.md 1.3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.calendar import ReadingCalendar, name_day, next_month
from billing.models import Bill, BillLine
from meters import serials
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
from meters.history_rows import show_value
from meters.models import Meter, Reading, Scale

KINDS = {"estimated": "по среднему", "norm": "по нормативу"}


@dataclass(frozen=True)
class CheckedScale:
    """One row: the scale, what the bill says, what is here, and whether they agree, in words and by sign."""

    name: str
    on_bill: str
    here: str
    here_on: str
    words: str
    sign: str
    kind: str


@dataclass(frozen=True)
class ValuesCheck:
    """`is_wrong`: worth an error report. `is_equal`: nothing but equal rows."""

    summary: str
    rows: list[CheckedScale]
    is_wrong: bool
    is_equal: bool


@dataclass(frozen=True)
class BillCheck(ValuesCheck):
    """Of a bill the portal has."""

    bill: Bill


def choose_lines(lines: Sequence[BillLine], meter: Meter, *, is_only_meter: bool) -> list[BillLine]:
    """The lines of this meter. A line or a meter without a serial is taken only where no other meter can be meant."""
    key = meter.serial_key or serials.normalise_serial(meter.serial)
    chosen = []
    for line in lines:
        serial = serials.normalise_serial(line.serial)
        if line.current is not None and (serial == key if serial and key else is_only_meter):
            chosen.append(line)
    return chosen


def check_bill(
    meter: Meter,
    scales: Sequence[Scale],
    lines: Sequence[BillLine],
    readings: Sequence[Reading],
    calendar: ReadingCalendar,
) -> BillCheck | None:
    """Set the lines of this meter on one bill beside its readings; None without a line of this meter."""
    if not lines:
        return None
    bill = lines[0].bill
    days = find_days(bill.period, calendar, issued_on=bill.issued_on)
    billed: dict[str, BilledValue] = {}
    for line in lines:
        value = line.current or Decimal(0)
        if line.code not in billed or billed[line.code].value < value:
            billed[line.code] = BilledValue(value, line.kind or Reading.Kind.ACTUAL)
    check = check_values(meter, scales, billed, readings, days, bill.period)
    return BillCheck(check.summary, check.rows, check.is_wrong, check.is_equal, bill)


def check_values(
    meter: Meter,
    scales: Sequence[Scale],
    billed: Mapping[str, BilledValue],
    readings: Sequence[Reading],
    days: BillDays,
    period: date,
) -> ValuesCheck:
    """Set values of one month's bill, by code of the scale, beside the readings of the meter."""
    held: dict[int, list[HeldValue]] = defaultdict(list)
    for reading in readings:
        held[reading.scale_id].append(HeldValue(reading.taken_on, reading.value, reading.kind))
    found = [(scale, compare_scale(billed.get(scale.code), held[scale.pk], days)) for scale in scales]
    compared = [(scale, comparison) for scale, comparison in found if comparison is not None]
    comparisons = [comparison for _, comparison in compared]
    return ValuesCheck(
        summary=tell_summary(comparisons, period),
        rows=[_tell(meter, scale, comparison) for scale, comparison in compared],
        is_wrong=any(comparison.is_wrong for comparison in comparisons),
        is_equal=all(comparison.outcome is Outcome.EQUAL for comparison in comparisons),
    )


def find_days(period: date, calendar: ReadingCalendar, *, issued_on: date | None = None) -> BillDays:
    """Readings of which days may stand on the bill of a month."""
    period = period.replace(day=1)
    before = (period - timedelta(days=1)).replace(day=1)
    return BillDays(
        counts_from=calendar.cut_off_on(before) + timedelta(days=1),
        counts_until=calendar.cut_off_on(period),
        known_until=issued_on or next_month(period),
    )


def _tell(meter: Meter, scale: Scale, comparison: Comparison) -> CheckedScale:
    billed, held = comparison.billed, comparison.held
    on_bill = ""
    if billed is not None:
        kind = KINDS.get(billed.kind, "")
        on_bill = show_value(billed.value, meter) + (f", {kind}" if kind else "")
    sign, kind = "info", "info"
    if comparison.outcome is Outcome.EQUAL:
        sign, kind = "check", "good"
    elif comparison.is_wrong:
        sign, kind = "warning", "question"
    return CheckedScale(
        name=scale.name,
        on_bill=on_bill,
        here=show_value(held.value, meter) if held else "",
        here_on=name_day(held.taken_on) if held else "",
        words=tell_comparison(comparison, scale.unit),
        sign=sign,
        kind=kind,
    )
