"""A registry package comes in: whole or not at all, past the gate or let in by a person."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from billing import operations as billing
from exchange.applying import apply_files
from exchange.gate import Gate
from exchange.kept_packages import drop_package, find_package, keep_package
from exchange.models import ImportRun
from exchange.operations.following_up import follow_up_import, promise_follow_up
from exchange.packages import Package, UnreadablePackage, open_package
from exchange.passing_troubles import is_passing
from exchange.progress import Progress
from exchange.pump import PackageHeld
from exchange.rejects import Rejects

PAUSES = (1.0, 5.0, 20.0)
"""Seconds before each new beginning."""
BUSY = "База данных была занята, ничего не изменилось. Загрузите пакет ещё раз."
BROKEN_OFF = "Загрузка прервана."
NOT_KEPT = "Копия пакета не сохранилась: впустить можно будет, когда его пришлют снова."
COPY_REJECTED = 'COPY exchange_rejectedrow (run_id, file, line, "column", value, reason) FROM STDIN'
log = structlog.get_logger()


class _OnlyLooked(Exception):
    """Everything was done but for the last step."""


class _SomebodyElseDid(Exception):
    """This package was applied while its turn was waited for."""


def import_registry(
    path: Path,
    *,
    at: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    run: ImportRun | None = None,
    is_patient: bool = True,
) -> ImportRun:
    """Takes a registry package (a folder or a .zip) into the database, whole or not at all.

    The run says what came of it: applied, held (a copy is kept for staff to decide), failed (not a package) or, when a
    dry run found nothing wrong, checked; with counts per file and the refused rows. One package of a supplier at a
    time; the same package twice writes nothing. `run` is one just begun by `begin_run`.
    Who is not patient is told by an `OperationalError` when others were in the way, and tries again himself.
    """
    run = run or begin_run(path, at=at, dry_run=dry_run)
    try:
        _take_package(run, path, progress=progress or Progress(), pauses=PAUSES if is_patient else ())
    except OperationalError:
        _break_off(run, BUSY if is_patient else BROKEN_OFF)
        raise
    except BaseException:
        _break_off(run, BROKEN_OFF)
        raise
    _settle(run, at=at)
    return run


def apply_let_in_package(*, run_id: int, at: datetime, progress: Progress | None = None) -> ImportRun:
    """Applies what staff let in, from its copy; what is done already is left alone. Safe to call at any time.

    What a new comparison finds beyond what staff saw holds the package again. Raises `OperationalError` when others
    were in the way: the package stays let in.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.status != ImportRun.Status.LET_IN:
        return run
    seen = {hold["code"] for decision in run.decisions.all() for hold in decision.holds}
    try:
        _take_package(run, find_package(run.pk), seen, progress=progress or Progress(), pauses=())
    except _SomebodyElseDid:
        return ImportRun.objects.get(pk=run_id)
    _settle(run, at=at)
    return run


def _take_package(
    run: ImportRun, path: Path, allowed: Collection[str] = (), *, progress: Progress, pauses: Sequence[float]
) -> None:
    """Begins anew when others were in the way: a lock, a deadlock or a time-out never loses a package."""
    for pause in pauses:
        try:
            return _try_package(run, path, allowed, progress=progress)
        except OperationalError as error:
            if not is_passing(error):
                raise
            log.warning("import_begins_anew", run=run.pk, reason=str(error)[:200], pause=pause)
            progress.reach("begins anew")
        time.sleep(pause)
        run.refresh_from_db()
    return _try_package(run, path, allowed, progress=progress)


def _try_package(run: ImportRun, path: Path, allowed: Collection[str], *, progress: Progress) -> None:
    rejects, gate = Rejects(), Gate(allowed)
    tell: Callable[[str], str] = str
    try:
        with open_package(path) as package:
            tell, rejects.tell_place = package.tell, package.tell_place
            if run.status == ImportRun.Status.RUNNING:
                _name_run(run, package)
            progress.reach("package named")
            _apply_package(run, package, gate, rejects, progress)
    except PackageHeld as held:
        run.holds = [hold | {"text": tell(hold["text"])} for hold in gate.note(held)]
        reason = tell(str(held))
        if run.can_be_kept and path != find_package(run.pk) and not keep_package(run.pk, path):
            run.holds, reason = [], f"{reason}\n{NOT_KEPT}"
        _finish_run(run, ImportRun.Status.HELD, rejects, reason)
    except UnreadablePackage as unreadable:
        _finish_run(run, ImportRun.Status.FAILED, rejects, str(unreadable))
    except _OnlyLooked:
        _finish_run(run, ImportRun.Status.CHECKED, rejects)


def _settle(run: ImportRun, *, at: datetime) -> None:
    """What an applied package brings with it. Killed before or within, the sweep does the rest."""
    if run.status != ImportRun.Status.APPLIED:
        return
    drop_package(run.pk)
    follow_up_import(run_id=run.pk, at=at)


@transaction.atomic(durable=True)
def begin_run(path: Path, *, at: datetime, dry_run: bool) -> ImportRun:
    """A row for who wants to show it before anything is read."""
    return ImportRun.objects.create(source=path.name[:300], started_at=at, is_dry_run=dry_run)


@transaction.atomic(durable=True)
def _name_run(run: ImportRun, package: Package) -> None:
    run.supplier_code, run.period = package.manifest.supplier, package.manifest.period
    run.source, run.made_at = package.name[:300], package.manifest.created_at
    run.save(update_fields=["supplier_code", "period", "source", "made_at"])


@transaction.atomic(durable=True)
def _finish_run(run: ImportRun, status: ImportRun.Status, rejects: Rejects | None = None, reason: str = "") -> None:
    _write_result(run, status, rejects, reason)


@transaction.atomic(durable=True)
def _break_off(run: ImportRun, reason: str) -> None:
    """Whoever took over may have closed the run already: then what he wrote stays."""
    run.status, run.reason, run.finished_at = ImportRun.Status.FAILED, reason, timezone.now()
    unfinished = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING)
    unfinished.update(status=run.status, reason=run.reason, finished_at=run.finished_at)


def _write_result(run: ImportRun, status: ImportRun.Status, rejects: Rejects | None = None, reason: str = "") -> None:
    run.status, run.reason, run.finished_at = status, reason, timezone.now()
    run.save()
    run.rejected_rows.all().delete()
    if rejects and rejects.kept:
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY_REJECTED) as copy:
            for row in rejects.list_told():
                copy.write_row((run.pk, row.file, row.line, row.column, row.value, row.reason))


@transaction.atomic(durable=True)
def _apply_package(run: ImportRun, package: Package, gate: Gate, rejects: Rejects, progress: Progress) -> None:
    """One transaction: residents see all of the package or nothing, and what follows from it is promised with it."""
    _prepare_session(progress.session_name)
    _take_turn(package.manifest.supplier)
    if run.status == ImportRun.Status.LET_IN:
        if not ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.LET_IN).exists():
            raise _SomebodyElseDid
    else:
        _close_killed_runs(run)
    progress.reach("turn taken")
    newest = billing.get_newest_bills()
    apply_files(run, package, gate, rejects, progress)
    gate.decide()
    progress.reach("gate passed")
    progress.finish()
    if run.is_dry_run:
        raise _OnlyLooked
    promise_follow_up(run, bills_after=newest, at=timezone.now())
    progress.reach("follow-up promised")
    _write_result(run, ImportRun.Status.APPLIED, rejects)
    progress.reach("result written")


def _prepare_session(name: str) -> None:
    """A package takes its time."""
    with connection.cursor() as cursor:
        if name:
            cursor.execute("SELECT set_config('application_name', %s, true)", [name])
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL synchronize_seqscans = off")  # what was laid out in order is read in order
        cursor.execute("SET LOCAL jit = off")


def _take_turn(supplier_code: str) -> None:
    """Two packages of one supplier come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import_registry:{supplier_code}"])


def _close_killed_runs(run: ImportRun) -> None:
    killed = ImportRun.objects.filter(supplier_code=run.supplier_code, status=ImportRun.Status.RUNNING)
    killed.filter(started_at__lt=run.started_at).update(
        status=ImportRun.Status.FAILED, reason=BROKEN_OFF, finished_at=timezone.now()
    )
