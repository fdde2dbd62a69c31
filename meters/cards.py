"""What stands on the page «Показания»: one card for each meter, or for an account that has none to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from billing import queries as billing
from billing.calendar import count_days, name_day, name_month, shift_month
from billing.costs import Step, write_steps
from billing.models import BillLine, Link, PersonalAccount, Service, Supplier
from meters.costs import Prices, choose_steps, get_prices
from meters.models import Meter, Reading, Scale, Submission
from meters.not_sending import SEEN_MONTHS, NotSending, collect_kinds, foresee_not_sending
from meters.not_sending_costs import BilledUse, tell_costs
from meters.queries.bases import Base, Known, Moment, get_installed_meters, get_known
from meters.queries.nicknames import name_meters
from meters.queries.submissions import get_current_submissions, load_values
from meters.serials import normalise_serial
from meters.verification import tell_verification

SOURCES: dict[str, str] = {
    Reading.Source.RESIDENT: "ваше",
    Reading.Source.INSPECTOR: "контролёр",
    Reading.Source.AUTOMATIC: "передал прибор",
    Reading.Source.SUPPLIER: "от поставщика",
}
KINDS: dict[str, str] = {Reading.Kind.ESTIMATED: "по среднему", Reading.Kind.NORM: "по нормативу"}


@dataclass(frozen=True)
class ScaleRow:
    """One register: what it really showed before and by whom, and what its use costs, range by range.

    `estimate` is a newer value the supplier reckoned, kept apart: a new value is never judged by it.
    """

    scale: Scale
    previous: Decimal | None
    previous_on: date | None
    said: str
    steps: tuple[Step, ...]
    estimate: Decimal | None = None
    estimate_on: date | None = None
    estimate_said: str = ""

    @property
    def field_name(self) -> str:
        return f"value-{self.scale.pk}"

    @property
    def steps_text(self) -> str:
        """As the page gives them to its script."""
        return write_steps(self.steps)


@dataclass(frozen=True)
class Badge:
    text: str
    kind: str


@dataclass(frozen=True)
class Deadline:
    """The days of one supplier, in words."""

    cut_off: date
    days: int
    percent: int
    title: str
    text: str
    is_open: bool
    is_closed: bool


@dataclass(frozen=True)
class ReadingCard:
    """One meter of one link. `closed` says why nothing is asked; `sent` is what was sent for this bill already.

    `report_reason` opens the error report about what keeps the card closed; `not_sending` is what comes if nothing is
    sent, when the bills show it.
    """

    link: Link
    meter: Meter | None
    rows: tuple[ScaleRow, ...] = ()
    closed: str = ""
    no_info: bool = False
    report_reason: str = ""
    sent: Submission | None = None
    badge: Badge | None = None
    deadline: Deadline | None = None
    not_sending: NotSending | None = None

    @property
    def is_open(self) -> bool:
        return self.meter is not None and not self.closed and not self.no_info

    @property
    def is_questioned(self) -> bool:
        """What was sent waits for the resident's answer."""
        return self.sent is not None and self.sent.status == Submission.Status.NEEDS_CONFIRMATION

    @property
    def can_be_unchanged(self) -> bool:
        """Every scale has a value that could have stayed."""
        return all(row.previous is not None for row in self.rows)

    @property
    def account(self) -> PersonalAccount:
        return self.link.account


@dataclass(frozen=True)
class GroupOfCards:
    name: str
    cards: list[ReadingCard] = field(default_factory=list)


@dataclass(frozen=True)
class _Surroundings:
    """What is told around the fields of a form, and what it says when nothing is sent."""

    sent: Mapping[int, Submission] = field(default_factory=dict)
    prices: Prices = field(default_factory=dict)
    billed: Mapping[tuple[int, str], Sequence[BillLine]] = field(default_factory=dict)


def get_reading_cards(user: User, on: date, *, to_show: bool = True) -> list[ReadingCard]:
    """Cards of all linked accounts, by group. The number of statements does not depend on how many there are.

    Not `to_show`: what a sent form is read by, its fields and the values before, and nothing told around them.
    """
    links = billing.get_links(user)
    accounts = [link.account_id for link in links]
    installed = get_installed_meters(accounts, on, or_last_removed=True)
    meters = [meter for found in installed.values() for meter in found]
    suppliers = {link.account.supplier_id: link.account.supplier for link in links}
    periods = {pk: supplier.reading_calendar.billing_period(on) for pk, supplier in suppliers.items()}
    known = get_known({meter.pk: Moment(on, periods[meter.supplier_id]) for meter in meters})
    around = _Surroundings()
    if to_show:
        name_meters(user, meters)
        around = _get_surroundings(user, accounts, meters, periods, on)
    cards = []
    for link in links:
        present = installed.get(link.account_id, [])
        found = [meter for meter in present if known.scales.get(meter.pk)]
        untold = [meter for meter in present if not known.scales.get(meter.pk) and not _closed_meter(meter, on)]
        deadline = describe_deadline(link.account.supplier, on)
        if not found:
            cards.append(
                ReadingCard(link, None, no_info=True, closed=_closed_account(link), report_reason="no_meter_info")
            )
        for meter in untold if found else ():
            cards.append(
                ReadingCard(link, meter, no_info=True, closed=_closed_account(link), report_reason="no_meter_info")
            )
        for meter in found:
            current = around.sent.get(meter.pk)
            if current is not None and current.period < periods[link.account.supplier_id]:
                current = None
            scales = known.scales[meter.pk]
            rows = tuple(_describe_row(link, meter, scale, known, around.prices, on) for scale in scales)
            cards.append(
                ReadingCard(
                    link=link,
                    meter=meter,
                    rows=rows,
                    report_reason="meter_replaced"
                    if _closed_meter(meter, on) and meter.status != Meter.Status.AUTOMATIC
                    else "",
                    closed=_closed_account(link) or _closed_meter(meter, on) or _closed_window(deadline),
                    sent=current,
                    badge=_describe_verification(link, meter, on),
                    deadline=deadline,
                    not_sending=_foresee(link, meter, rows, known, around, periods[link.account.supplier_id]),
                )
            )
    return cards


def _get_surroundings(
    user: User, accounts: Sequence[int], meters: Sequence[Meter], periods: Mapping[int, date], on: date
) -> _Surroundings:
    sent = get_current_submissions(user, [meter.pk for meter in meters], min(periods.values(), default=on))
    load_values(sent.values())
    billed = _index_lines(billing.get_bill_lines(user, accounts, shift_month(on, -SEEN_MONTHS)))
    return _Surroundings(sent, get_prices(list(periods), on), billed)


def group_cards(cards: Sequence[ReadingCard]) -> list[GroupOfCards]:
    """Cards under the names of the resident's groups, in the order given."""
    groups: dict[str, GroupOfCards] = {}
    for card in cards:
        groups.setdefault(card.link.group.name, GroupOfCards(card.link.group.name)).cards.append(card)
    return list(groups.values())


def describe_deadline(supplier: Supplier, on: date) -> Deadline:
    """Days to the cut-off and what comes after it, always both in words (domain.md 3)."""
    calendar = supplier.reading_calendar
    cut_off, days = calendar.cut_off_on(on), calendar.days_left(on)
    bill, later = calendar.billing_period(on), calendar.billing_period(cut_off + timedelta(days=1))
    title = f"{count_days(days).split(chr(160))[1]} до {name_day(cut_off)}" if days else "Сегодня последний день"
    text = f"Войдут в счёт за {name_month(bill)}. Позже — в счёт за {name_month(later)}."
    if calendar.is_after_cut_off(on):
        text = f"Счёт за {name_month(on)} уже готовят: показания войдут в счёт за {name_month(bill)}."
    if not calendar.is_open(on):
        opens = name_day(calendar.opens_on(on))
        if supplier.window_forbids:
            text = supplier.window_text or f"Поставщик принимает показания с {opens}."
        else:
            text = f"Обычно показания принимают с {opens}, но можно и сейчас. {text}"
    percent = 100 - min(100, round(days / 31 * 100))
    is_open = calendar.is_open(on)
    return Deadline(cut_off, days, percent, title, text, is_open, is_closed=supplier.window_forbids and not is_open)


def choose_soonest(cards: Sequence[ReadingCard]) -> Deadline | None:
    """The deadline that comes first, of meters whose reading is still awaited if there are any."""
    waiting = [card for card in cards if card.sent is None] or cards
    deadlines = [card.deadline for card in waiting if card.deadline is not None]
    return min(deadlines, key=lambda deadline: deadline.days, default=None)


def list_deadlines(cards: Sequence[ReadingCard]) -> list[tuple[str, Deadline]]:
    """Each supplier's own days, when they are not all the same."""
    found = {card.account.supplier.name: card.deadline for card in cards if card.deadline is not None}
    return sorted(found.items()) if len({(row.days, row.text) for row in found.values()}) > 1 else []


def _describe_verification(link: Link, meter: Meter, on: date) -> Badge | None:
    is_electricity = link.account.service == Service.ELECTRICITY
    told = tell_verification(meter.verified_until, on, is_electricity=is_electricity)
    return Badge(told.badge, told.kind) if told.badge else None


def _describe_row(link: Link, meter: Meter, scale: Scale, known: Known, prices: Prices, on: date) -> ScaleRow:
    base = known.bases.get(scale.pk, Base())
    since = base.last_actual_on or meter.installed_on
    steps = choose_steps(prices, link.account, scale.code, link.account.supplier.reading_calendar, since, on)
    is_estimate = base.last is not None and base.last_kind != Reading.Kind.ACTUAL
    estimate = (base.last, base.last_on, KINDS.get(base.last_kind, "")) if is_estimate else (None, None, "")
    if base.last_actual is not None:
        said = SOURCES.get(base.last_actual_source, "")
        return ScaleRow(scale, base.last_actual, base.last_actual_on, said, steps, *estimate)
    return ScaleRow(scale, scale.opening_value, None, "при установке", steps, *estimate)


def _foresee(
    link: Link,
    meter: Meter,
    rows: Sequence[ScaleRow],
    known: Known,
    around: _Surroundings,
    bill: date,
) -> NotSending | None:
    """What comes if nothing is sent, with what it costs by the prices of the day."""
    account = link.account
    lines = around.billed.get((account.pk, meter.serial_key), [])
    told = foresee_not_sending(
        collect_kinds((line.bill.period, line.kind) for line in lines),
        bill=bill,
        actual_on=min((row.previous_on for row in rows if row.previous_on), default=None),
    )
    if told is None:
        return None
    uses = [BilledUse(line.bill.period, line.kind, line.code, line.consumption, line.unit) for line in lines]
    daily = {row.scale.code: known.bases.get(row.scale.pk, Base()).daily_use for row in rows}
    usual = {code: None if use is None else use * meter.ratio for code, use in daily.items()}
    steps = {code: around.prices.get((account.supplier_id, account.service, code), ()) for code in usual}
    return replace(told, costs=tell_costs(told, uses, usual, steps))


def _index_lines(lines: Sequence[BillLine]) -> dict[tuple[int, str], list[BillLine]]:
    """Lines of the bills by personal account and serial, however the bill writes it."""
    index: dict[tuple[int, str], list[BillLine]] = {}
    for line in lines:
        if serial := normalise_serial(line.serial):
            index.setdefault((line.bill.account_id, serial), []).append(line)
    return index


def _closed_account(link: Link) -> str:
    account = link.account
    if account.status == PersonalAccount.Status.CLOSED:
        return "Лицевой счёт закрыт: показания по нему больше не нужны."
    if account.status == PersonalAccount.Status.LOCKED:
        reason = f": {account.lock_reason}" if account.lock_reason else ""
        return f"Поставщик заблокировал лицевой счёт{reason}. Показания пока не принимаются."
    return ""


def _closed_meter(meter: Meter, on: date) -> str:
    if meter.status == Meter.Status.AUTOMATIC:
        return "Счётчик передаёт показания сам. Вписывать ничего не нужно."
    if meter.status == Meter.Status.REMOVED or (meter.removed_on and meter.removed_on <= on):
        day = f" {name_day(meter.removed_on)} {meter.removed_on.year}" if meter.removed_on else ""
        return f"Этот счётчик снят{day}, а о новом поставщик пока не сообщил."
    return ""


def _closed_window(deadline: Deadline) -> str:
    return deadline.text if deadline.is_closed else ""
