"""What the audit tells: to a resident, who looked; to staff, how protection stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Count
from django.utils import timezone

from accounts import limits
from accounts.audit.alarms import Alarm
from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User

PAGE = 200


TOLD = (Kind.STAFF_VIEW, Kind.STAFF_REASON, Kind.PHONE_REVEALED)
WHOLE_PHONE = "ваш телефон целиком"


@dataclass
class Viewer:
    """Who of the staff looked on a day, why, and at which pages how often."""

    role: str
    supplier: str
    reasons: dict[str, None] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)


@dataclass
class DayOfViews:
    """Who of the staff looked on one day."""

    day: date
    viewers: list[Viewer]


def get_views(user: User, *, before: int | None = None) -> tuple[list[DayOfViews], int | None]:
    """When the staff looked at the resident's data, newest day first, and the key of the next page.

    The role and the supplier are told, the person is not: whoever it was is known to the supplier.
    """
    events = SecurityEvent.objects.visible_to(user).filter(kind__in=TOLD)
    if before is not None:
        events = events.filter(pk__lt=before)
    rows = list(events.order_by("-pk")[: PAGE + 1])
    page = rows[:PAGE]
    days = [_sum_up(day, of_day) for day, of_day in groupby(page, key=_get_day)]
    return days, page[-1].pk if len(rows) > PAGE else None


def _get_day(event: SecurityEvent) -> date:
    return timezone.localdate(event.happened_at)


def _sum_up(day: date, events: Iterable[SecurityEvent]) -> DayOfViews:
    viewers: dict[tuple[str, str], Viewer] = {}
    for event in events:
        who = (event.figures.get("role", ""), event.figures.get("supplier", ""))
        viewer = viewers.setdefault(who, Viewer(*who))
        if reason := event.figures.get("reason", ""):
            viewer.reasons[reason] = None
        if event.kind != Kind.STAFF_REASON:
            page = WHOLE_PHONE if event.kind == Kind.PHONE_REVEALED else event.figures.get("page", "")
            viewer.pages[page] = viewer.pages.get(page, 0) + 1
    return DayOfViews(day, list(viewers.values()))


@dataclass(frozen=True)
class HeardAlarm:
    """One alarm, in words, with its figures."""

    at: datetime
    title: str
    said: str
    staff: User | None


def get_alarms(*, at: datetime, days: int = 7) -> list[HeardAlarm]:
    """What was heard lately, the newest first."""
    since = at - timedelta(days=days)
    rows = SecurityEvent.objects.filter(kind=Kind.ALARM, happened_at__gt=since).select_related("staff")
    return [_tell_alarm(row) for row in rows.order_by("-happened_at")[:50]]


def _tell_alarm(row: SecurityEvent) -> HeardAlarm:
    what = row.figures.get("what", "")
    row.figures = {name: value for name, value in row.figures.items() if name != "what"}
    return HeardAlarm(row.happened_at, Alarm(what).label if what in Alarm.values else what, row.said, row.staff)


@dataclass(frozen=True)
class DayOfKind:
    """How often one kind of event came in a day, and how it ended."""

    title: str
    results: dict[str, int]


def count_last_day(*, at: datetime) -> list[DayOfKind]:
    """Events of the last 24 hours by kind, in the order of the list of kinds."""
    rows = SecurityEvent.objects.filter(happened_at__gt=at - limits.DAY).values_list("kind", "result")
    counted: dict[str, dict[str, int]] = {}
    for kind, result, count in rows.annotate(events=Count("pk")).order_by():
        counted.setdefault(kind, {})[result] = count
    return [DayOfKind(kind.label, counted[kind]) for kind in Kind if kind in counted]
