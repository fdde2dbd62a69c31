"""The rows of a meter's history: readings of one day and source side by side, with their use, sign and fate.

Everything is put into words here, once, so that the page only prints (performance.md 2).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from billing.calendar import ReadingCalendar, name_day, name_month
from billing.models import BillLine
from meters.figures_in_words import show_number
from meters.models import Meter, Reading, Scale, Submission
from meters.origins import OTHER_RESIDENT, Origin, get_origin
from meters.plausibility.values import as_shown
from meters.quantities import format_number, format_quantity
from meters.queries.places import LastReading

USUAL_INTERVAL = timedelta(days=45)
LONGEST_INTERVAL = timedelta(days=366)
"""Use over more than a year says nothing: readings in between are missing."""
NOT_READINGS = (
    Submission.Status.SUBMITTED,
    Submission.Status.NEEDS_CONFIRMATION,
    Submission.Status.REFUSED,
    Submission.Status.SUPERSEDED,
    Submission.Status.WITHDRAWN,
)


@dataclass(frozen=True)
class Cell:
    """One scale of a row: its name, the value, and below it the use since the actual reading before."""

    label: str
    value: str = ""
    use: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of a row. `kind`: good, question, bad, info."""

    text: str
    kind: str


@dataclass
class Row:
    """Readings of one day by one source, or a submission that is not (yet) readings. Cells follow the scales."""

    taken_on: date
    origin: Origin
    cells: list[Cell]
    fate: Fate | None = None
    submission: Submission | None = None

    @property
    def day(self) -> str:
        return name_day(self.taken_on)

    @property
    def origin_kind(self) -> str:
        """The badge of whose word it is: an estimate stands out."""
        return "question" if self.origin.is_estimate else "info"

    @property
    def mark(self) -> str:
        """The row's own mark: only for what is asked or was refused."""
        if self.submission is None or self.submission.status not in NOT_READINGS:
            return ""
        return {"question": "is-question", "bad": "is-bad"}.get(self.fate.kind if self.fate else "", "")


@dataclass
class Year:
    year: int
    rows: list[Row] = field(default_factory=list)


def list_years(rows: Sequence[Row]) -> list[Year]:
    years: list[Year] = []
    for row in rows:
        if not years or years[-1].year != row.taken_on.year:
            years.append(Year(row.taken_on.year))
        years[-1].rows.append(row)
    return years


def build_rows(
    meter: Meter,
    scales: Sequence[Scale],
    readings: Sequence[Reading],
    submissions: Sequence[Submission],
    *,
    before_page: Mapping[int, LastReading],
    installed_on: date | None,
    lines: Sequence[BillLine],
    calendar: ReadingCalendar,
    user_id: int,
    tells_use: bool = True,
) -> list[Row]:
    """Rows newest first. `readings` newest first; `before_page` holds the last actual ones before them, by scale.

    Use is not told where readings in between are left out.
    """
    sent = {row.pk: row for row in submissions}
    uses = _count_uses(meter, scales, readings, before_page, installed_on) if tells_use else {}
    billed = _index_lines(lines)
    newest: dict[tuple[int, date], date] = {}
    for reading in readings:
        if reading.kind == Reading.Kind.ACTUAL:
            newest.setdefault((reading.scale_id, calendar.billing_period(reading.taken_on)), reading.taken_on)
    groups: dict[tuple[date, str, str, int], dict[int, Reading]] = defaultdict(dict)
    for reading in readings:
        groups[reading.taken_on, reading.kind, reading.source, reading.submission_id or 0][reading.scale_id] = reading
    rows = []
    for (taken_on, kind, source, submission_id), by_scale in groups.items():
        submission = sent.get(submission_id)
        cells = [_fill_cell(meter, scale, by_scale.get(scale.pk), uses) for scale in scales]
        fate = _find_fate(by_scale, scales, submission, billed, calendar, newest)
        rows.append(Row(taken_on, _find_origin(kind, source, submission, user_id), cells, fate, submission))
    rows += [_tell_sent(meter, scales, row, user_id) for row in submissions if row.status in NOT_READINGS]
    return sorted(rows, key=_order, reverse=True)


def show_value(value: Decimal, meter: Meter) -> str:
    """As the meter shows it: «12 896», «47,120»."""
    return show_number(str(as_shown(value, meter.digits_right)))


def _fill_cell(meter: Meter, scale: Scale, reading: Reading | None, uses: Mapping[int, str]) -> Cell:
    if reading is None:
        return Cell(scale.name)
    return Cell(scale.name, show_value(reading.value, meter), uses.get(reading.pk, ""))


def _order(row: Row) -> tuple[date, float]:
    return row.taken_on, row.submission.submitted_at.timestamp() if row.submission else 0.0


def _find_origin(kind: str, source: str, submission: Submission | None, user_id: int) -> Origin:
    is_others = submission is not None and submission.user_id != user_id
    return OTHER_RESIDENT if is_others else get_origin(kind, source)


def _count_uses(
    meter: Meter,
    scales: Sequence[Scale],
    readings: Sequence[Reading],
    before_page: Mapping[int, LastReading],
    installed_on: date | None,
) -> dict[int, str]:
    """Use since the actual reading before, in words, by reading id."""
    by_scale: dict[int, list[Reading]] = defaultdict(list)
    for reading in reversed(readings):
        by_scale[reading.scale_id].append(reading)
    uses = {}
    for scale in scales:
        known = before_page.get(scale.pk)
        base = (known.taken_on, known.value) if known else (installed_on, scale.opening_value)
        for reading in by_scale[scale.pk]:
            on, value = base
            if value is not None and on is not None and on < reading.taken_on <= on + LONGEST_INTERVAL:
                uses[reading.pk] = _tell_use(meter, scale, reading, on, value)
            if reading.kind == Reading.Kind.ACTUAL:
                base = (reading.taken_on, reading.value)
    return uses


def _tell_use(meter: Meter, scale: Scale, reading: Reading, on: date | None, value: Decimal) -> str:
    use, note = reading.value - value, ""
    capacity = Decimal(10) ** meter.digits_left if meter.digits_left else None
    if use < 0 and capacity and value >= capacity * Decimal("0.9") and reading.value <= capacity / 10:
        use, note = use + capacity, ", через ноль"
    elif on is not None and reading.taken_on - on > USUAL_INTERVAL:
        year = f" {on.year}" if on.year != reading.taken_on.year else ""
        note = f" с {name_day(on)}{year}"
    if use < 0:
        return f"меньше на {format_quantity(-use, scale.unit)}"
    if use == 0:
        return f"без изменений{note}"
    return f"+{format_quantity(use, scale.unit)}{note}"


def _index_lines(lines: Sequence[BillLine]) -> dict[tuple[date, str], set[Decimal]]:
    """Values on the bills by month and scale."""
    index: dict[tuple[date, str], set[Decimal]] = defaultdict(set)
    for line in lines:
        if line.current is not None:
            index[line.bill.period.replace(day=1), line.code].add(line.current)
    return index


def _find_fate(
    by_scale: Mapping[int, Reading],
    scales: Sequence[Scale],
    submission: Submission | None,
    billed: Mapping[tuple[date, str], set[Decimal]],
    calendar: ReadingCalendar,
    newest: Mapping[tuple[int, date], date],
) -> Fate | None:
    """Whether the readings counted (domain.md 3): the bill says so itself, else the submission.

    `newest` is the last actual reading of each scale and month: only that one had to reach the bill.
    """
    pairs = [(scale, by_scale[scale.pk]) for scale in scales if scale.pk in by_scale]
    taken_on = pairs[0][1].taken_on
    month = taken_on.replace(day=1)
    period = submission.period if submission else calendar.billing_period(taken_on)
    for each in dict.fromkeys((period, month)):
        if all(reading.value in billed.get((each, scale.code), ()) for scale, reading in pairs):
            counted = "учтено в счёте" if pairs[0][1].kind == Reading.Kind.ACTUAL else "в счёте"
            return Fate(f"{counted} за {name_month(each)}", "good")
    other = [
        (scale.name.lower(), billed[period, scale.code])
        for scale, reading in pairs
        if reading.value not in billed.get((period, scale.code), {reading.value})
        and newest.get((scale.pk, period)) == taken_on
    ]
    if other and pairs[0][1].kind == Reading.Kind.ACTUAL:
        names = len(scales) > 1
        values = ", ".join((f"{name} " if names else "") + format_number(max(current)) for name, current in other)
        return Fate(f"в счёте за {name_month(period)} другое: {values}", "question")
    if submission is not None and submission.status == Submission.Status.BILLED:
        return Fate(f"учтено в счёте за {name_month(submission.period)}", "good")
    if submission is not None and submission.status == Submission.Status.HANDED_OVER:
        return Fate(f"у поставщика, войдёт в счёт за {name_month(submission.period)}", "good")
    if submission is not None:
        return Fate(f"принято, войдёт в счёт за {name_month(submission.period)}", "good")
    return None


_FATES = {
    Submission.Status.SUBMITTED: Fate("проверяется", "info"),
    Submission.Status.NEEDS_CONFIRMATION: Fate("ждёт вашего ответа", "question"),
    Submission.Status.REFUSED: Fate("не принято", "bad"),
    Submission.Status.SUPERSEDED: Fate("заменено другой передачей", "info"),
    Submission.Status.WITHDRAWN: Fate("отозвано", "info"),
}


def _tell_sent(meter: Meter, scales: Sequence[Scale], submission: Submission, user_id: int) -> Row:
    values = {value.scale_id: value for value in submission.values.all()}
    cells = []
    for scale in scales:
        sent = values.get(scale.pk)
        shown = "" if sent is None else sent.typed if sent.value is None else show_value(sent.value, meter)
        cells.append(Cell(scale.name, shown))
    origin = _find_origin(Reading.Kind.ACTUAL, Reading.Source.RESIDENT, submission, user_id)
    return Row(submission.taken_on, origin, cells, _FATES[Submission.Status(submission.status)], submission)
