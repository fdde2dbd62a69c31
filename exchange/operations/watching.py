"""Packages that billing systems drop are noticed, waited for until they are whole, and put away afterwards.

A row for each content at each place (a unique constraint) is what makes sure that none is taken twice, whoever looks
and how often. Fetching and applying are the runner's.
"""

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from exchange.arrived_packages import drop_arrived, find_arrived, has_room_for, make_place, tidy_name
from exchange.inboxes import Dropped, Inbox, InboxAway, open_inbox
from exchange.leased_progress import LeasedProgress
from exchange.models import Arrival, ImportRun
from exchange.operations.arriving import describe_package
from exchange.packages import UnreadablePackage

SHOWN_REJECTS = 20
STAMP = "%Y%m%d-%H%M%S"
log = structlog.get_logger()


def look_for_packages(*, at: datetime) -> int:
    """One look into the inbox; returns how many packages were found whole and now wait for the runner."""
    inbox = open_inbox()
    if inbox is None:
        return 0
    found: list[str] = []
    taken = 0
    try:
        for dropped in inbox.list_dropped():
            found.append(dropped.origin)
            taken += _note_dropped(inbox, dropped, at)
    except InboxAway as away:
        log.warning("inbox_away", reason=str(away)[:200])
        return taken
    Arrival.objects.filter(status=Arrival.Status.SEEN).exclude(origin__in=found).delete()
    return taken


def _note_dropped(inbox: Inbox, dropped: Dropped, at: datetime) -> int:
    arrival, _ = Arrival.objects.get_or_create(
        origin=dropped.origin,
        fingerprint=dropped.fingerprint,
        defaults={
            "way": Arrival.Way.INBOX,
            "wish": Arrival.Wish.APPLY,
            "name": tidy_name(dropped.name),
            "size": dropped.size,
            "supplier_code": dropped.supplier[:20],
            "status": Arrival.Status.SEEN,
            "received_at": at,
            "next_try_at": at,
        },
    )
    Arrival.objects.filter(origin=dropped.origin, status=Arrival.Status.SEEN).exclude(pk=arrival.pk).delete()
    if arrival.is_over:
        put_away(arrival, at=at)
    quiet = timedelta(seconds=settings.REGISTRY_INBOX_QUIET)
    if arrival.status != Arrival.Status.SEEN or not (dropped.is_ready or at - arrival.received_at >= quiet):
        return 0
    if not inbox.is_whole(dropped):
        return 0
    return Arrival.objects.filter(pk=arrival.pk, status=Arrival.Status.SEEN).update(
        status=Arrival.Status.WAITING, next_try_at=at
    )


def fetch_dropped(arrival: Arrival, progress: LeasedProgress) -> Path:
    """Brings a dropped package here, unless an earlier attempt did; the path it lies at.

    Raises `InboxAway` when it is to be tried later, `UnreadablePackage` when it is none for this supplier.
    """
    path = find_arrived(arrival)
    if not path.exists():
        _fetch(arrival, path, progress)
    supplier = arrival.supplier_code
    describe_package(arrival, path)
    if arrival.supplier_code != supplier:
        raise UnreadablePackage(f"В папке поставщика {supplier} лежит пакет поставщика {arrival.supplier_code}.")
    Arrival.objects.filter(pk=arrival.pk).update(files=arrival.files, period=arrival.period, size=arrival.size)
    return path


def _fetch(arrival: Arrival, path: Path, progress: LeasedProgress) -> None:
    inbox = open_inbox()
    if inbox is None:
        raise InboxAway("REGISTRY_INBOX is not set where imports run")
    dropped = inbox.find_dropped(arrival.origin)
    if dropped is None or dropped.fingerprint != arrival.fingerprint:
        raise UnreadablePackage("Пакет исчез из папки обмена или изменился, пока ждал очереди.")
    if not has_room_for(dropped.size):
        raise InboxAway("no room on the disk")
    drop_arrived(arrival.token)
    unfinished = make_place(arrival.token) / "fetch.part"
    inbox.fetch(dropped, unfinished, progress.fetch)
    after = inbox.find_dropped(arrival.origin)
    if after is None or after.fingerprint != arrival.fingerprint:
        raise UnreadablePackage("Пакет переписали, пока портал его забирал.")
    unfinished.rename(path)


def put_away(arrival: Arrival, *, at: datetime) -> bool:
    """Moves what came of a dropped package out of the way, with a text beside it; False when it must be tried again.

    What lies there by now with another content stays: it is a package of its own.
    """
    inbox = open_inbox()
    if arrival.way != Arrival.Way.INBOX or inbox is None:
        return True
    try:
        dropped = inbox.find_dropped(arrival.origin)
        if dropped is not None and dropped.fingerprint == arrival.fingerprint:
            stamp = timezone.localtime(at).strftime(STAMP)
            inbox.file_away(dropped, _name_result(arrival), stamp, tell_result(arrival))
    except InboxAway as away:
        log.warning("arrival_not_put_away", arrival=arrival.pk, reason=str(away)[:200])
        return False
    _note_filed(arrival, at)
    return True


@transaction.atomic(durable=True)
def _note_filed(arrival: Arrival, at: datetime) -> None:
    Arrival.objects.filter(pk=arrival.pk).update(filed_at=at)


def tell_result(arrival: Arrival) -> str:
    """What who dropped the package is told, in words, without personal data but for refused values."""
    run = arrival.run
    said = run.get_status_display() if run else arrival.get_status_display()
    lines = [f"{arrival.origin}: {said}"]
    lines += [words for words in (arrival.reason, run.reason if run else "") if words]
    for file, counts in run.counts.items() if run else ():
        lines.append(
            f"{file}: строк {counts['rows']}, новых {counts['added']}, изменено {counts['changed']}, "
            f"без изменений {counts['same']}, отклонено {counts['rejected']}"
        )
    rejects = run.rejected_rows.order_by("file", "line")[:SHOWN_REJECTS] if run else ()
    lines += [f"{row.file}, строка {row.line}, {row.column or 'вся строка'}: {row.reason}" for row in rejects]
    return "\n".join(lines) + "\n"


def _name_result(arrival: Arrival) -> str:
    if arrival.status != Arrival.Status.DONE:
        return "failed"
    is_held = arrival.run is not None and arrival.run.status == ImportRun.Status.HELD
    return "held" if is_held else "done"
