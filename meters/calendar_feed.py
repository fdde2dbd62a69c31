"""A resident's days as a calendar reads them: iCalendar, RFC 5545. Pure: no Django.

Accounts are named by the resident's own words only; numbers, addresses and sums stay in the portal.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from billing.calendar import ReadingCalendar, bill_due_on, name_month, next_month, shift_month
from meters.verification import tell_verification

NAMESPACE = UUID("0e2a5c0e-4a0b-4c57-8f43-5d6f0f9ad1c4")
MONTHS_AHEAD = 4
LONGEST_LINE = 75
"""Octets, the line's end not counted (RFC 5545, 3.1)."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class FeedMeter:
    """A meter that stands, with the day its verification ends and its page."""

    pk: int
    verified_until: date | None
    url: str


@dataclass(frozen=True)
class FeedAccount:
    """One personal account under the resident's word for it. `last_…` is of the newest bill, `is_paid` too."""

    name: str
    supplier_id: int
    calendar: ReadingCalendar
    takes_readings: bool
    is_billed: bool
    last_period: date | None
    last_due_on: date | None
    is_paid: bool
    is_electricity: bool
    meters: tuple[FeedMeter, ...] = ()


@dataclass(frozen=True)
class Event:
    """A whole day. `key` is the same each time the event is written."""

    key: str
    day: date
    summary: str
    description: str
    url: str


def plan_events(accounts: Sequence[FeedAccount], *, on: date, readings_url: str, payments_url: str) -> list[Event]:
    """The days of last month, this one and a few to come; verifications however far away. In order of days."""
    months = [shift_month(on, back) for back in range(-1, MONTHS_AHEAD + 1)]
    events = [
        *_plan_readings(accounts, months, readings_url),
        *_plan_bills(accounts, months, payments_url),
        *_plan_verifications(accounts, months[0]),
    ]
    return sorted(events, key=lambda event: (event.day, event.key))


def _plan_readings(accounts: Sequence[FeedAccount], months: Sequence[date], url: str) -> Iterator[Event]:
    """When a supplier begins to take readings, and the last day on which they enter the month's bill."""
    by_supplier: dict[int, list[FeedAccount]] = defaultdict(list)
    for account in accounts:
        if account.takes_readings:
            by_supplier[account.supplier_id].append(account)
    for supplier_id, own in by_supplier.items():
        names, calendar = _join_names(own), own[0].calendar
        for month in months:
            cut_off, key = calendar.cut_off_on(month), f"{supplier_id}/{month:%Y-%m}"
            opens = _find_opening(calendar, month)
            if opens is not None:
                text = f"Показания принимают с {calendar.window_from}-го по {calendar.window_to}-е число."
                yield Event(f"window/{key}", opens, f"Открыт приём показаний: {names}", text, url)
            text = f"Последний день, чтобы показания вошли в счёт за {name_month(month)}."
            yield Event(f"cut-off/{key}", cut_off, f"Передать показания: {names}", text, url)


def _find_opening(calendar: ReadingCalendar, month: date) -> date | None:
    """The day in a month on which the window opens; none where it always stands open."""
    days = (month + DAY * number for number in range((next_month(month) - month).days))
    return next((day for day in days if calendar.is_open(day) and not calendar.is_open(day - DAY)), None)


def _plan_bills(accounts: Sequence[FeedAccount], months: Sequence[date], url: str) -> Iterator[Event]:
    """When bills are due: the newest by its own word unless it is paid, those to come by the law."""
    due: dict[tuple[date, date], list[FeedAccount]] = defaultdict(list)
    for account in accounts:
        last = account.last_period
        if last is not None and last >= months[0] and not account.is_paid:
            due[last.replace(day=1), account.last_due_on or bill_due_on(last)].append(account)
        for month in months[1:] if account.is_billed else ():
            if last is None or month > last:
                due[month, bill_due_on(month)].append(account)
    for (month, day), own in due.items():
        names = _join_names(own)
        key = f"due/{month:%Y-%m}/{day:%Y-%m-%d}"
        yield Event(
            key, day, f"Оплатить счёт за {name_month(month)}: {names}", "Последний день оплаты без просрочки.", url
        )


def _plan_verifications(accounts: Sequence[FeedAccount], since: date) -> Iterator[Event]:
    for account in accounts:
        for meter in account.meters:
            until = meter.verified_until
            if until is not None and until >= since:
                duty = tell_verification(until, until, is_electricity=account.is_electricity).duty
                yield Event(
                    f"verification/{meter.pk}", until, f"Срок поверки счётчика: {account.name}", duty, meter.url
                )


def _join_names(accounts: Sequence[FeedAccount]) -> str:
    return ", ".join(dict.fromkeys(account.name for account in accounts))


def write_calendar(events: Sequence[Event], *, feed_id: int, at: datetime) -> str:
    """The file. `feed_id` sets the events of one address apart from another's; `at` is when it is written."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Residents portal//Readings and bills//RU",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Показания и счета",
        "X-WR-CALNAME:Показания и счета",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uuid5(NAMESPACE, f'{feed_id}/{event.key}')}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + DAY:%Y%m%d}",
            f"SUMMARY:{escape_text(event.summary)}",
            f"DESCRIPTION:{escape_text(event.description)}",
            f"URL:{event.url}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{fold_line(line)}\r\n" for line in lines)


def escape_text(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11); control characters, which no line may hold, are dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return "".join(letter for letter in text if (letter >= " " and letter != "\x7f") or letter == "\t")


def fold_line(line: str) -> str:
    """At most 75 octets a line, never within a letter; what follows begins with a space."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LONGEST_LINE:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts)
