"""Staff bring a package and say what to do with it; the runner does it (`operations.running`)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing import staff_scope
from exchange.arrived_packages import drop_arrived, find_arrived, get_root, tidy_name
from exchange.layouts import LAYOUTS
from exchange.models import Arrival
from exchange.operations.deciding import NotPossibleNow
from exchange.operations.running import hold_again
from exchange.packages import MANIFEST, UnreadablePackage, open_package

KEPT_FOR = timedelta(days=7)
ORPHANED_AFTER = timedelta(days=1)
KNOWN_FILES = frozenset({MANIFEST, *(layout.file for layout in LAYOUTS)})


def bring_package(*, path: Path, name: str, staff: User, at: datetime) -> Arrival:
    """Takes over an uploaded file that lies alone in a folder of `arrived_packages`, and looks at it from outside.

    Raises `UnreadablePackage` for what is no package, or of a supplier this person does not serve; the folder is then
    gone.
    """
    arrival = Arrival(
        token=path.parent.name,
        way=Arrival.Way.UPLOAD,
        name=tidy_name(name),
        status=Arrival.Status.BROUGHT,
        brought_by=staff,
        received_at=at,
        next_try_at=at,
    )
    try:
        path.rename(find_arrived(arrival))
        describe_package(arrival, find_arrived(arrival))
        if not staff_scope.serves_whole(staff, arrival.supplier_code):
            raise UnreadablePackage(f"Это пакет поставщика {arrival.supplier_code}, а вы с ним не работаете.")
        return _write_brought(arrival, staff, at)
    except BaseException:
        drop_arrived(arrival.token)
        raise


def describe_package(arrival: Arrival, path: Path) -> None:
    """Whose package it is and what is in it; writes nothing. Raises `UnreadablePackage`."""
    with open_package(path) as package:
        names = sorted(package.files)
        sizes = {name: package.get_size([name]) for name in names}
        if not KNOWN_FILES & set(names) - {MANIFEST}:
            raise UnreadablePackage("В пакете нет ни одного известного файла, только " + ", ".join(names[:5]) + ".")
        arrival.files = [[name[:100], sizes[name], name in KNOWN_FILES] for name in names]
        arrival.supplier_code, arrival.period = package.manifest.supplier, package.manifest.period
    arrival.size = path.stat().st_size if path.is_file() else sum(sizes.values())


@transaction.atomic(durable=True)
def _write_brought(arrival: Arrival, staff: User, at: datetime) -> Arrival:
    arrival.save(force_insert=True)
    _note(arrival, "bring", staff, at)
    return arrival


@transaction.atomic(durable=True)
def wish_for_arrival(*, arrival_id: int, wish: str, staff: User, at: datetime) -> Arrival:
    """The runner is to check or apply what was brought. Raises `NotPossibleNow`."""
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if not arrival.can_be_wished:
        raise NotPossibleNow("С этим пакетом уже что-то делают.")
    if not find_arrived(arrival).exists():
        raise NotPossibleNow("Этого пакета на портале больше нет. Принесите его снова.")
    arrival.status, arrival.wish, arrival.reason = Arrival.Status.WAITING, wish, ""
    arrival.next_try_at, arrival.attempts, arrival.wants_cancel, arrival.finished_at = at, 0, False, None
    arrival.progress = {}
    arrival.save()
    _note(arrival, wish, staff, at)
    return arrival


@transaction.atomic(durable=True)
def cancel_arrival(*, arrival_id: int, staff: User, at: datetime) -> Arrival:
    """What waits is stopped at once, what runs as soon as the runner hears of it. Raises `NotPossibleNow`."""
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if not arrival.is_under_way:
        raise NotPossibleNow("Останавливать уже нечего.")
    if arrival.status == Arrival.Status.WAITING:
        arrival.end(Arrival.Status.CANCELLED, at=at)
        hold_again(arrival)
    else:
        arrival.wants_cancel = True
    arrival.save()
    _note(arrival, "cancel", staff, at)
    return arrival


def drop_arrival(*, arrival_id: int, staff: User, at: datetime) -> Arrival:
    """The package is not wanted any more: its content goes, the row stays. Raises `NotPossibleNow`."""
    arrival = _write_dropped(arrival_id, staff, at)
    drop_arrived(arrival.token)
    return arrival


@transaction.atomic(durable=True)
def _write_dropped(arrival_id: int, staff: User, at: datetime) -> Arrival:
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if not arrival.can_be_wished:
        raise NotPossibleNow("Пока пакет в работе, удалить его нельзя.")
    arrival.end(Arrival.Status.DROPPED, at=at)
    arrival.save()
    _note(arrival, "drop", staff, at)
    return arrival


def sweep_arrivals(*, at: datetime) -> int:
    """Personal data lie no longer than they must: what nobody decided about for a week goes; returns how many."""
    old = Arrival.objects.filter(
        status__in=[Arrival.Status.BROUGHT, Arrival.Status.CANCELLED, Arrival.Status.FAILED],
        received_at__lt=at - KEPT_FOR,
    )
    tokens = list(old.values_list("token", flat=True))
    dropped = old.filter(token__in=tokens).update(status=Arrival.Status.DROPPED, finished_at=at)
    for token in tokens:
        drop_arrived(token)
    _drop_orphans(_list_old_folders(at - ORPHANED_AFTER))
    return dropped


def _list_old_folders(before: datetime) -> list[Path]:
    root = get_root()
    return [place for place in root.iterdir() if place.stat().st_mtime < before.timestamp()] if root.is_dir() else []


def _drop_orphans(places: Iterable[Path]) -> None:
    """An upload that was cut off left a folder without a row, or a row that is done left its folder."""
    names = {place.name for place in places}
    needed = Arrival.objects.exclude(status__in=[Arrival.Status.DONE, Arrival.Status.DROPPED])
    kept = {str(token) for token in needed.values_list("token", flat=True)}
    for name in names - kept:
        drop_arrived(name)


def _note(arrival: Arrival, what: str, staff: User, at: datetime) -> None:
    record_event(Kind.STAFF_DECISION, staff=staff, figures={"what": what, "arrival": arrival.pk}, at=at)
