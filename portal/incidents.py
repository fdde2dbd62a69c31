"""Whom an incident concerns (security.md P9): 24 hours to tell the regulator, 72 to tell what was found out.

152-ФЗ, ст. 21 ч. 3.1. Four questions, each answered by a few set-based statements; docs/incident.md says which to ask.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing.models import Link

AT_ONCE = 1000


@dataclass(frozen=True)
class Window:
    """Moments between which it happened."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Affected:
    """One resident, why he is on the list, and when it first and last touched him."""

    user: User
    why: str
    first_at: datetime
    last_at: datetime
    times: int


def find_by_staff(staff_id: int, window: Window) -> Iterator[Affected]:
    """Residents whose data one of the staff opened, took away or decided about."""
    return _group(_in(window).filter(staff_id=staff_id), "данные открывал сотрудник")


def find_by_address(address: str, window: Window) -> Iterator[Affected]:
    """Residents whose cabinet was used, or tried, from a network address."""
    return _group(_in(window).filter(network_address=address), "кабинет открывали с этого сетевого адреса")


def find_by_time(window: Window) -> Iterator[Affected]:
    """Everybody who was in the cabinet at that time."""
    return _group(_in(window).filter(staff=None), "был в кабинете в это время")


def find_by_account(supplier_code: str, digits: str, window: Window) -> Iterator[Affected]:
    """Residents who held a personal account at that time."""
    held = Q(ended_at=None) | Q(ended_at__gte=window.since)
    links = Link.objects.filter(held, account__supplier__code=supplier_code, account__digits=digits)
    for link in links.filter(linked_at__lte=window.until).select_related("user").order_by("pk"):
        first, last = max(link.linked_at, window.since), min(link.ended_at or window.until, window.until)
        yield Affected(link.user, "лицевой счёт привязан", first, last, 1)


def count_unnamed(staff_id: int, window: Window) -> dict[str, int]:
    """What one of the staff saw that names nobody: pages with lists and files taken, by kind."""
    events = _in(window).filter(staff_id=staff_id, user=None, kind__in=[Kind.STAFF_VIEW, Kind.STAFF_EXPORT])
    return dict(events.values_list("kind").annotate(times=Count("pk")))


def _in(window: Window) -> "QuerySet[SecurityEvent]":
    return SecurityEvent.objects.filter(happened_at__gte=window.since, happened_at__lte=window.until)


def _group(events: "QuerySet[SecurityEvent]", why: str) -> Iterator[Affected]:
    """A resident once, however many events there are; users are read by the thousand."""
    grouped = (
        events.exclude(user=None)
        .values("user_id")
        .annotate(first=Min("happened_at"), last=Max("happened_at"), times=Count("pk"))
        .order_by("user_id")
    )
    batch: list[dict[str, object]] = []
    for row in grouped.iterator(chunk_size=AT_ONCE):
        batch.append(dict(row))
        if len(batch) == AT_ONCE:
            yield from _name(batch, why)
            batch = []
    yield from _name(batch, why)


def _name(rows: Iterable[dict[str, object]], why: str) -> Iterator[Affected]:
    found = list(rows)
    users = User.objects.in_bulk([row["user_id"] for row in found])
    for row in found:
        user, first, last, times = users.get(row["user_id"]), row["first"], row["last"], row["times"]
        if user is not None and isinstance(first, datetime) and isinstance(last, datetime) and isinstance(times, int):
            yield Affected(user, why, first, last, times)
