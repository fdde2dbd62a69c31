"""What stands on the page «Показания»: one card for each meter, or for an account that has none to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from billing import queries as billing
from billing.calendar import ReadingCalendar, count_days, name_day, name_month
from billing.models import Link, PersonalAccount, Supplier, Tariff
from meters.models import Meter, Reading, Scale, Submission
from meters.queries.bases import Base, get_bases, get_installed_meters, get_scales
from meters.queries.submissions import get_current_submissions

SOURCES = {
    Reading.Source.RESIDENT: "ваше",
    Reading.Source.INSPECTOR: "контролёр",
    Reading.Source.AUTOMATIC: "передал прибор",
    Reading.Source.SUPPLIER: "от поставщика",
}
KINDS = {Reading.Kind.ESTIMATED: "по среднему", Reading.Kind.NORM: "по нормативу"}
SOON = timedelta(days=90)


@dataclass(frozen=True)
class ScaleRow:
    """One register: what it showed before, by whom, and what a unit costs (roubles)."""

    scale: Scale
    previous: Decimal | None
    previous_on: date | None
    said: str
    price: Decimal | None
    daily_use: Decimal | None

    @property
    def field_name(self) -> str:
        return f"value-{self.scale.pk}"


@dataclass(frozen=True)
class Badge:
    text: str
    kind: str


@dataclass(frozen=True)
class Deadline:
    """The days of one supplier, in words."""

    days: int
    percent: int
    title: str
    text: str
    is_open: bool
    is_closed: bool


@dataclass(frozen=True)
class ReadingCard:
    """One meter of one link. `closed` says why nothing is asked; `sent` is what was sent for this bill already."""

    link: Link
    meter: Meter | None
    rows: tuple[ScaleRow, ...] = ()
    closed: str = ""
    no_info: bool = False
    sent: Submission | None = None
    badge: Badge | None = None
    deadline: Deadline | None = None

    @property
    def is_open(self) -> bool:
        return self.meter is not None and not self.closed

    @property
    def account(self) -> PersonalAccount:
        return self.link.account


@dataclass(frozen=True)
class GroupOfCards:
    name: str
    cards: list[ReadingCard] = field(default_factory=list)


def get_reading_cards(user: User, on: date) -> list[ReadingCard]:
    """Cards of all linked accounts, by group. The number of statements does not depend on how many there are."""
    links = billing.get_links(user)
    accounts = [link.account_id for link in links]
    installed = get_installed_meters(accounts, on)
    meters = [meter for found in installed.values() for meter in found]
    meter_ids = [meter.pk for meter in meters]
    scales = get_scales(meter_ids)
    suppliers = {link.account.supplier_id: link.account.supplier for link in links}
    periods = {pk: get_calendar(supplier).billing_period(on) for pk, supplier in suppliers.items()}
    bases: dict[int, Base] = {}
    for period in sorted(set(periods.values())):
        own = [meter.pk for meter in meters if periods[meter.supplier_id] == period]
        bases |= get_bases(own, on=on, period=period)
    sent = get_current_submissions(meter_ids, min(periods.values(), default=on))
    prices = _index_prices(billing.get_tariffs(suppliers, on))
    cards = []
    for link in links:
        found = [meter for meter in installed.get(link.account_id, []) if scales.get(meter.pk)]
        deadline = describe_deadline(link.account.supplier, on)
        if not found:
            cards.append(ReadingCard(link, None, no_info=True, closed=_closed_account(link)))
        for meter in found:
            current = sent.get(meter.pk)
            if current is not None and current.period < periods[link.account.supplier_id]:
                current = None
            cards.append(
                ReadingCard(
                    link=link,
                    meter=meter,
                    rows=tuple(_describe_row(link, scale, bases, prices) for scale in scales[meter.pk]),
                    closed=_closed_account(link) or _closed_meter(meter) or _closed_window(deadline),
                    sent=current,
                    badge=describe_verification(meter, on),
                    deadline=deadline,
                )
            )
    return cards


def group_cards(cards: Sequence[ReadingCard]) -> list[GroupOfCards]:
    """Cards under the names of the resident's groups, in the order given."""
    groups: dict[str, GroupOfCards] = {}
    for card in cards:
        groups.setdefault(card.link.group.name, GroupOfCards(card.link.group.name)).cards.append(card)
    return list(groups.values())


def get_calendar(supplier: Supplier) -> ReadingCalendar:
    return ReadingCalendar(supplier.window_from, supplier.window_to, supplier.cut_off)


def describe_deadline(supplier: Supplier, on: date) -> Deadline:
    """Days to the cut-off and what comes after it, always both in words (domain.md 3)."""
    calendar = get_calendar(supplier)
    cut_off, days = calendar.cut_off_on(on), calendar.days_left(on)
    later = name_month(cut_off + timedelta(days=20)) if cut_off.day > 10 else name_month(cut_off)
    title = f"{count_days(days).split(chr(160))[1]} до {name_day(cut_off)}" if days else "Сегодня последний день"
    text = f"Войдут в счёт за {name_month(calendar.billing_period(on))}. Позже — в счёт за {later}."
    if not calendar.is_open(on):
        opens = name_day(calendar.opens_on(on))
        if supplier.window_forbids:
            text = supplier.window_text or f"Поставщик принимает показания с {opens}."
        else:
            text = f"Обычно показания принимают с {opens}, но можно и сейчас. {text}"
    percent = 100 - min(100, round(days / 31 * 100))
    is_open = calendar.is_open(on)
    return Deadline(days, percent, title, text, is_open, is_closed=supplier.window_forbids and not is_open)


def describe_verification(meter: Meter, on: date) -> Badge | None:
    """«поверен до 2033», «поверка через 48 дней», «срок поверки вышел»."""
    until = meter.verified_until
    if until is None:
        return None
    if until < on:
        return Badge("срок поверки вышел", "question")
    if until - on <= SOON:
        return Badge(f"поверка через {count_days((until - on).days)}", "question")
    return Badge(f"поверен до {until.year}", "good")


def _describe_row(
    link: Link, scale: Scale, bases: Mapping[int, Base], prices: Mapping[tuple[int, str, str], Decimal]
) -> ScaleRow:
    base = bases.get(scale.pk, Base())
    previous, said = base.last, KINDS.get(Reading.Kind(base.last_kind), "") if base.last_kind else ""
    if base.last is None:
        previous, said = scale.opening_value, "при установке"
    elif not said:
        said = SOURCES.get(Reading.Source(base.last_source), "") if base.last_source else ""
    price = prices.get((link.account.supplier_id, link.account.service, scale.code))
    return ScaleRow(scale, previous, base.last_on, said, price, base.daily_use)


def _index_prices(tariffs: Sequence[Tariff]) -> dict[tuple[int, str, str], Decimal]:
    """The price of the first range by supplier, service and scale."""
    prices: dict[tuple[int, str, str], Decimal] = {}
    for tariff in sorted(tariffs, key=lambda row: row.range_from):
        prices.setdefault((tariff.supplier_id, tariff.service, tariff.code), tariff.price)
    return prices


def _closed_account(link: Link) -> str:
    account = link.account
    if account.status == PersonalAccount.Status.CLOSED:
        return "Лицевой счёт закрыт: показания по нему больше не нужны."
    if account.status == PersonalAccount.Status.LOCKED:
        reason = f": {account.lock_reason}" if account.lock_reason else ""
        return f"Поставщик заблокировал лицевой счёт{reason}. Показания пока не принимаются."
    return ""


def _closed_meter(meter: Meter) -> str:
    if meter.status == Meter.Status.AUTOMATIC:
        return "Счётчик передаёт показания сам. Вписывать ничего не нужно."
    if meter.status == Meter.Status.REMOVED:
        return "Этот счётчик снят. Показания по нему больше не передают."
    return ""


def _closed_window(deadline: Deadline) -> str:
    return deadline.text if deadline.is_closed else ""
