"""What stands on the first page: what to do now, and every personal account by group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse

from accounts.models import User
from billing import queries as billing
from billing.balances import Balance, get_balance
from billing.calendar import ReadingCalendar, count_days, name_day, name_month
from billing.checklist import Checklist, build_checklist
from billing.models import Link, LinkRequest
from meters.models import Meter, Submission
from meters.queries import bases, submissions
from portal import formats
from support import queries as support

Installed = Mapping[int, Sequence[Meter]]
"""The meters that stand at each personal account, by its id."""


@dataclass(frozen=True)
class Task:
    """One thing to do, or one that is done. `lamp` marks what waits for an answer."""

    title: str
    text: str = ""
    url: str = ""
    done: bool = False


@dataclass(frozen=True)
class AccountCard:
    link: Link
    balance: Balance | None
    checklist: Checklist
    next_text: str
    next_url: str


@dataclass
class Group:
    name: str
    cards: list[AccountCard] = field(default_factory=list)


@dataclass(frozen=True)
class Home:
    greeting: str
    sentence: str
    tasks: list[Task]
    groups: list[Group]
    onboarding: AccountCard | None
    pending: list[LinkRequest]


@dataclass(frozen=True)
class MeterState:
    """A meter the resident may read now, and what was sent of it for the bill it would enter."""

    link: Link
    meter: Meter
    sent: Submission | None
    calendar: ReadingCalendar


def get_home(user: User, *, at: datetime) -> Home:
    """Everything the page shows; the number of statements does not depend on how many accounts are linked."""
    on = at.date()
    links = billing.get_links_with_newest(user)
    installed = bases.get_installed_meters([link.account_id for link in links], on)
    meters = _get_meter_states(user, links, installed, on)
    cards = [_describe_account(link, installed, meters, on) for link in links]
    groups: dict[str, Group] = {}
    for card in cards:
        groups.setdefault(card.link.group.name, Group(card.link.group.name)).cards.append(card)
    tasks = [
        *_list_reading_tasks(meters, on),
        *_list_payment_tasks(cards),
        *_list_report_tasks(user),
    ]
    waiting = [card for card in cards if not card.checklist.is_complete]
    return Home(
        greeting=greet(at.hour),
        sentence=_sum_up(cards, groups, tasks),
        tasks=sorted(tasks, key=lambda task: task.done),
        groups=list(groups.values()),
        onboarding=waiting[-1] if waiting else None,
        pending=billing.get_pending_requests(user),
    )


def greet(hour: int) -> str:
    """By the clock of the portal's time zone."""
    if hour < 5:
        return "Доброй ночи"
    if hour < 12:
        return "Доброе утро"
    return "Добрый день" if hour < 18 else "Добрый вечер"


def _describe_account(link: Link, installed: Installed, meters: Sequence[MeterState], on: date) -> AccountCard:
    takes_readings = bases.takes_readings(installed.get(link.account_id, ()))
    checklist = build_checklist(link, takes_readings=takes_readings)
    return AccountCard(link, get_balance(link, on), checklist, *_choose_next(link, checklist, meters, on))


def _get_meter_states(user: User, links: Sequence[Link], installed: Installed, on: date) -> list[MeterState]:
    open_links = [link for link in links if link.account.status == link.account.Status.ACTIVE]
    ready = {
        account_id: [meter for meter in found if meter.status == Meter.Status.ACTIVE]
        for account_id, found in installed.items()
        if bases.takes_readings(found)
    }
    calendars = {link.account.supplier_id: link.account.supplier.reading_calendar for link in open_links}
    periods = {supplier_id: calendar.billing_period(on) for supplier_id, calendar in calendars.items()}
    ids = [meter.pk for link in open_links for meter in ready.get(link.account_id, [])]
    sent = submissions.get_current_submissions(user, ids, min(periods.values(), default=on))
    states = []
    for link in open_links:
        for meter in ready.get(link.account_id, []):
            current = sent.get(meter.pk)
            supplier_id = link.account.supplier_id
            if current is not None and current.period < periods[supplier_id]:
                current = None
            states.append(MeterState(link, meter, current, calendars[supplier_id]))
    return states


def _list_reading_tasks(meters: Sequence[MeterState], on: date) -> list[Task]:
    tasks = []
    for state in meters:
        if state.sent is not None and state.sent.status == Submission.Status.NEEDS_CONFIRMATION:
            text = f"счётчик № {state.meter.label}, {state.link.title}"
            tasks.append(Task("Ответить, верны ли показания", text, state.sent.get_absolute_url()))
    left = [state for state in meters if state.sent is None]
    by_day: dict[date, list[MeterState]] = {}
    for state in left:
        by_day.setdefault(state.calendar.cut_off_on(on), []).append(state)
    for day, states in sorted(by_day.items()):
        days = (day - on).days
        text = f"до {name_day(day)}, " + (f"осталось {count_days(days)}" if days else "сегодня последний день")
        what = states[0].link.title if len(states) == 1 else _count(len(states), "счётчик,счётчика,счётчиков")
        tasks.append(Task("Передать показания", f"{what} · {text}", reverse("meters:reading_form")))
    sent = [state for state in meters if state.sent is not None and state.sent.accepted_at is not None]
    if sent and not left:
        period = max(state.sent.period for state in sent if state.sent is not None)
        tasks.append(Task("Показания переданы", f"войдут в счёт за {name_month(period)}", done=True))
    return tasks


def _list_payment_tasks(cards: Sequence[AccountCard]) -> list[Task]:
    owed = [card for card in cards if card.balance is not None and card.balance.to_pay > 0]
    if not owed:
        return []
    total = sum((card.balance.to_pay for card in owed if card.balance is not None), Decimal(0))
    days = [card.balance.bill.due_on for card in owed if card.balance is not None and card.balance.bill.due_on]
    text = owed[0].link.title if len(owed) == 1 else _count(len(owed), "счёт,счёта,счетов")
    late = any(card.balance is not None and card.balance.is_late for card in owed)
    if days:
        text += f" · срок {'вышел' if late else ''} {name_day(min(days))}".replace("  ", " ")
    return [Task(f"К оплате {formats.format_money(total)}", text, reverse("billing:payment_overview"))]


def _list_report_tasks(user: User) -> list[Task]:
    return [
        Task(
            "Прочитать ответ на обращение", f"№ {report.number}", reverse("support:report_detail", args=[report.number])
        )
        for report in support.get_open_reports(user)
        if report.status == report.Status.ANSWERED
    ]


def _choose_next(link: Link, checklist: Checklist, meters: Sequence[MeterState], on: date) -> tuple[str, str]:
    own = [state for state in meters if state.link.pk == link.pk]
    if any(state.sent is None for state in own):
        return f"Передать показания до {name_day(own[0].calendar.cut_off_on(on))}", reverse("meters:reading_form")
    if checklist.next_step is not None:
        return checklist.next_step.title, reverse("billing:account_detail", args=[link.pk])
    return "", ""


def _sum_up(cards: Sequence[AccountCard], groups: Mapping[str, Group], tasks: Sequence[Task]) -> str:
    accounts = _count(len(cards), "лицевой счёт,лицевых счёта,лицевых счетов")
    where = f" в {_count(len(groups), 'группе,группах,группах')}" if len(groups) > 1 else ""
    todo = sum(not task.done for task in tasks)
    rest = f"Осталось дел: {todo}." if todo else "Всё сделано, можно отдыхать."
    return f"{accounts}{where}. {rest}"


def _count(number: int, forms: str) -> str:
    return f"{number}{formats.NO_BREAK_SPACE}{formats.choose_plural(number, forms)}"
