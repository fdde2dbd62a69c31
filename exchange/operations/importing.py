"""A registry package comes in: whole or not at all."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from billing import operations as billing
from billing.models import Supplier
from exchange import merges
from exchange.bill_lines import remove_vanished_lines
from exchange.installations import write_installations
from exchange.layouts import BILL_LINES, LAYOUTS, METERS, SUPPLIERS
from exchange.merging import Merge, Scope, Written, refuse_broken, refuse_doubles, write_differences
from exchange.models import ImportRun, RejectedRow
from exchange.packages import Package, UnreadablePackage, open_package
from exchange.pump import PackageHeld, Staged, stage_file
from exchange.rejects import Rejects
from exchange.totals import check_totals
from meters import operations as meters


def import_registry(path: Path, *, at: datetime) -> ImportRun:
    """Takes a registry package (a folder or a .zip) into the database, whole or not at all.

    The run says what came of it: applied, held or failed (not a package), with counts per file and the refused rows.
    One package of a supplier at a time; the same package twice writes nothing.
    """
    run = _begin_run(path, at=at)
    rejects = Rejects()
    try:
        with open_package(path) as package:
            _name_run(run, package)
            supplier_id = _apply_package(run=run, package=package, rejects=rejects)
    except PackageHeld as held:
        return _finish_run(run, ImportRun.Status.HELD, rejects, reason=str(held))
    except UnreadablePackage as unreadable:
        return _finish_run(run, ImportRun.Status.FAILED, rejects, reason=str(unreadable))
    except BaseException:
        _finish_run(run, ImportRun.Status.FAILED, rejects, reason="Загрузка прервана.")
        raise
    _finish_run(run, ImportRun.Status.APPLIED, rejects)
    billing.settle_link_requests(supplier_id=supplier_id, at=at)
    meters.mark_billed_submissions(supplier_id=supplier_id, at=at)
    return run


@transaction.atomic(durable=True)
def _begin_run(path: Path, *, at: datetime) -> ImportRun:
    return ImportRun.objects.create(source=path.name[:300], started_at=at)


@transaction.atomic(durable=True)
def _name_run(run: ImportRun, package: Package) -> None:
    run.supplier_code, run.period = package.manifest.supplier, package.manifest.period
    run.source = package.name[:300]
    run.save(update_fields=["supplier_code", "period", "source"])


@transaction.atomic(durable=True)
def _finish_run(run: ImportRun, status: ImportRun.Status, rejects: Rejects, reason: str = "") -> ImportRun:
    run.status, run.reason, run.finished_at = status, reason, timezone.now()
    run.save()
    RejectedRow.objects.bulk_create(
        [
            RejectedRow(run=run, file=row.file, line=row.line, column=row.column, value=row.value, reason=row.reason)
            for row in rejects.kept
        ],
        batch_size=2000,
    )
    return run


@transaction.atomic(durable=True)
def _apply_package(*, run: ImportRun, package: Package, rejects: Rejects) -> int:
    """One transaction: residents see all of the package or nothing. Returns the supplier's primary key."""
    manifest = package.manifest
    _prepare_session(manifest.supplier)
    ImportRun.objects.filter(
        Q(supplier_code=manifest.supplier, status=ImportRun.Status.RUNNING, started_at__lt=run.started_at)
    ).update(status=ImportRun.Status.FAILED, reason="Загрузка прервана.", finished_at=timezone.now())
    staged = {layout.file: stage_file(package, layout, rejects) for layout in LAYOUTS if layout.file in package.files}
    run.counts = {file: _count(found, rejects) for file, found in staged.items()}
    check_totals(manifest, staged)
    counts: dict[str, Any] = {}
    scope = Scope(0, manifest.supplier, timezone.localdate(manifest.created_at))
    if SUPPLIERS.file in staged:
        counts[SUPPLIERS.file] = _merge(merges.SUPPLIERS, staged, scope, rejects)
    supplier = Supplier.objects.filter(code=manifest.supplier).first()
    if supplier is None:
        raise PackageHeld(f"Поставщик {manifest.supplier} неизвестен, а файла {SUPPLIERS.file} с ним нет.")
    scope = replace(scope, supplier_id=supplier.pk)
    for merge in _present(merges.MERGES, staged):
        counts[merge.layout.file] = _merge(merge, staged, scope, rejects)
    Supplier.objects.filter(pk=supplier.pk).filter(Q(data_as_of=None) | Q(data_as_of__lt=manifest.created_at)).update(
        data_as_of=manifest.created_at
    )
    run.counts = counts
    return supplier.pk


def _prepare_session(supplier_code: str) -> None:
    """A package takes its time; two of one supplier take turns."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import_registry:{supplier_code}"])


def _present(known: Iterable[Merge], staged: dict[str, Staged]) -> list[Merge]:
    return [merge for merge in known if merge.layout.file in staged]


def _merge(merge: Merge, all_staged: dict[str, Staged], scope: Scope, rejects: Rejects) -> dict[str, Any]:
    """Counts of one file: every row is added, changed, the same or rejected."""
    file = merge.layout.file
    staged = all_staged[file]
    refuse_doubles(staged, rejects)
    refuse_broken(merge, staged, set(all_staged), scope, rejects)
    more: dict[str, Any] = {}
    if file == BILL_LINES.file and not rejects.counts[file]:
        more["removed"] = remove_vanished_lines(scope)
    written = write_differences(merge, staged, scope)
    if file == METERS.file:
        installed = write_installations(staged, scope)
        more["installations_added"], more["installations_changed"] = installed.added, installed.changed
    return _count(staged, rejects, written) | more


def _count(staged: Staged, rejects: Rejects, written: Written | None = None) -> dict[str, Any]:
    """Before anything is written, only what was read and refused is known."""
    added, changed = (written.added, written.changed) if written else (0, 0)
    rejected = rejects.counts[staged.layout.file]
    counts = {
        "rows": staged.rows,
        "added": added,
        "changed": changed,
        "same": staged.rows - added - changed - rejected if written else 0,
        "rejected": rejected,
    }
    return counts | ({"unknown_columns": list(staged.unknown_columns)} if staged.unknown_columns else {})
