"""The files of a package become rows of the portal, inside the caller's transaction."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from billing.models import Supplier
from exchange import gate as gates
from exchange import merges
from exchange.adoptions import adopt_meters
from exchange.bill_lines import remove_vanished_lines
from exchange.differences import (
    find_broken,
    find_differences,
    limit_to_holders,
    refuse_broken,
    refuse_doubles,
    refuse_said_otherwise,
)
from exchange.gate import Gate
from exchange.installations import write_installations
from exchange.layouts import BILL_LINES, LAYOUTS, METERS, SUPPLIERS, Layout
from exchange.merging import Merge, Scope, Written
from exchange.models import ImportRun
from exchange.packages import Package
from exchange.progress import Progress
from exchange.pump import PackageHeld, Staged
from exchange.rejects import Rejects
from exchange.staging import open_room, stage_file
from exchange.totals import check_totals
from exchange.writing import is_large_load, is_new_load, load_all, write_differences


def apply_files(run: ImportRun, package: Package, gate: Gate, rejects: Rejects, progress: Progress) -> None:
    """Stages, compares and writes all files; the run learns the counts.

    Raises `PackageHeld` at once for what makes the rest senseless; what the gate collects is the caller's to judge.
    """
    with open_room(package.manifest.supplier):
        _apply_files(run, package, gate, rejects, progress)


def _apply_files(run: ImportRun, package: Package, gate: Gate, rejects: Rejects, progress: Progress) -> None:
    manifest = package.manifest
    layouts = [layout for layout in LAYOUTS if layout.file in package.files]
    progress.start(package.get_size(layout.file for layout in layouts))
    staged = {layout.file: _stage(package, layout, rejects, progress) for layout in layouts}
    run.counts = {file: _count(found, rejects) for file, found in staged.items()}
    if not gate.allows(gates.TOTALS):
        check_totals(manifest, staged)
    counts: dict[str, Any] = {}
    scope = Scope(0, manifest.supplier, timezone.localdate(manifest.created_at))
    if SUPPLIERS.file in staged:
        counts[SUPPLIERS.file] = _merge(merges.SUPPLIERS, staged, scope, gate, rejects)
    supplier = Supplier.objects.filter(code=manifest.supplier).first()
    if supplier is None:
        raise PackageHeld(f"Поставщик {manifest.supplier} неизвестен, а файла {SUPPLIERS.file} с ним нет.")
    scope = replace(scope, supplier_id=supplier.pk)
    present = _present(merges.MERGES, staged)
    for number, merge in enumerate(present, start=1):
        progress.write(merge.layout.file, number, len(present))
        counts[merge.layout.file] = _merge(merge, staged, scope, gate, rejects)
        progress.reach(f"written {merge.layout.file}")
    Supplier.objects.filter(pk=supplier.pk).filter(Q(data_as_of=None) | Q(data_as_of__lt=manifest.created_at)).update(
        data_as_of=manifest.created_at
    )
    run.counts = counts
    gate.check_rejects(staged, rejects, manifest.supplier)


def _stage(package: Package, layout: Layout, rejects: Rejects, progress: Progress) -> Staged:
    staged = stage_file(package, layout, rejects, progress)
    progress.reach(f"staged {layout.file}")
    return staged


def _present(known: Iterable[Merge], staged: dict[str, Staged]) -> list[Merge]:
    return [merge for merge in known if merge.layout.file in staged]


def _merge(merge: Merge, all_staged: dict[str, Staged], scope: Scope, gate: Gate, rejects: Rejects) -> dict[str, Any]:
    """Counts of one file: every row is added, changed, the same or rejected."""
    file = merge.layout.file
    staged = all_staged[file]
    if file == METERS.file:
        adopt_meters(scope)
    among = limit_to_holders(merge, scope)
    files = {layout.file for layout in LAYOUTS} if gate.allows(gates.MISSING_FILE) else set(all_staged)
    if is_new_load(merge, staged.rows - staged.standing - rejects.counts[file], among):
        with suppress(IntegrityError), transaction.atomic():
            return _load(merge, staged, scope, files, rejects)
    found = find_differences(merge, staged, scope, among)
    # The indexes of a large load find for nothing what is twice in it.
    leaves_doubles = bool(merge.bounded_by) and is_large_load(merge, found)
    if found.rows:
        refuse_said_otherwise(merge, staged, found, rejects)
        refuse_doubles(merge, staged, found, rejects, new=not leaves_doubles)
        refuse_broken(merge, staged, files, rejects)
    gate.compare(staged, scope)
    more: dict[str, Any] = {}
    if file == BILL_LINES.file and not rejects.counts[file]:
        more["removed"] = remove_vanished_lines(scope)
    try:
        with transaction.atomic():
            written = write_differences(merge, staged, found)
    except IntegrityError:
        if not leaves_doubles:
            raise
        refuse_doubles(merge, staged, found, rejects)
        written = write_differences(merge, staged, found)
    if file == METERS.file:
        installed = write_installations(staged, scope)
        more["installations_added"], more["installations_changed"] = installed.added, installed.changed
    return _count(staged, rejects, written) | more


def _load(merge: Merge, staged: Staged, scope: Scope, files: set[str], rejects: Rejects) -> dict[str, Any]:
    """All of a file is new: it is written without looking for differences. Raises `IntegrityError` for a double key."""
    rows = staged.rows - staged.standing - rejects.counts[merge.layout.file]
    added = load_all(merge, scope)
    if added < rows:
        find_broken(merge, scope)
        refuse_broken(merge, staged, files, rejects)
    more = {"removed": 0} if merge.layout is BILL_LINES and not rejects.counts[BILL_LINES.file] else {}
    return _count(staged, rejects, Written(added=added, changed=0)) | more


def _count(staged: Staged, rejects: Rejects, written: Written | None = None) -> dict[str, Any]:
    """Before anything is written, only what was read and refused is known."""
    added, changed = (written.added, written.changed) if written else (0, 0)
    rejected = rejects.counts[staged.layout.file]
    counts: dict[str, Any] = {
        "rows": staged.rows,
        "added": added,
        "changed": changed,
        "same": staged.rows - added - changed - rejected if written else 0,
        "rejected": rejected,
    }
    if staged.unknown_columns:
        counts["unknown_columns"] = list(staged.unknown_columns)
    if staged.notes:
        counts["notes"] = list(staged.notes)
    return counts
