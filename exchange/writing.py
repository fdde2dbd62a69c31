# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""The differences that were found become rows: few in the plain way, many as a partition of their own."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from billing import partitions
from exchange.differences import NOTHING
from exchange.merging import Found, Merge, Scope, Written
from exchange.pump import Staged

LARGE = 100_000
"""New rows of a file from which on they become a partition."""
IN_ORDER = 0.999
"""The correlation of the order of a file with that of its owners from which on it counts as the same."""


def is_large_load(merge: Merge, found: Found) -> bool:
    return merge.table in partitions.TABLES and found.new >= LARGE and partitions.has_room(merge.table)


def is_new_load(merge: Merge, rows: int, among: str) -> bool:
    """Whether so many staged rows are a large load of which no row can stand yet."""
    return among == NOTHING and is_large_load(merge, Found(rows, 0))


def load_all(merge: Merge, scope: Scope) -> int:
    """All staged rows that break no rule become a partition at once. Raises `IntegrityError` when a key is twice in it.

    A file in the order of the owners, as billing systems write it, is not sorted again.
    """
    columns = merge.written
    kept = "".join(f" AND ({rule.broken}) IS NOT TRUE" for rule in merge.rules)
    order = "" if _is_in_order(merge) else f" ORDER BY {merge.order_by}"
    partition = partitions.start_partition(merge.table)
    statement, parameters = scope.bind(
        f"INSERT INTO {partition.name} (id, {', '.join(columns)}) "
        f"SELECT {partition.first_id} + s.row, {', '.join(columns.values())} "
        f"FROM {merge.layout.stage} s {merge.joins} WHERE true{kept}{order}"
    )
    added = _execute(statement, parameters)
    partitions.attach_partition(partition)
    return added


def _is_in_order(merge: Merge) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT correlation FROM pg_stats WHERE schemaname = current_schema() AND tablename = %s AND attname = %s",
            [merge.layout.stage, merge.layout.owner],
        )
        found = cursor.fetchone()
    return bool(found) and (found[0] or 0) > IN_ORDER


def write_differences(merge: Merge, staged: Staged, found: Found) -> Written:
    """Updates the rows that differ, then inserts those that are not there, in the order of their owners.

    Raises `IntegrityError` when a key is twice among the rows of a large load.
    """
    changed = _update(merge, staged) if found.standing else 0
    if is_large_load(merge, found):
        return Written(added=_add_partition(merge), changed=changed)
    return Written(added=_add(merge) if found.new else 0, changed=changed)


def _update(merge: Merge, staged: Staged) -> int:
    columns = [merge.column(name) for name in merge.named_values(staged)]
    return _execute(
        f"UPDATE {merge.table} t SET {', '.join(f'{column} = r.{column}' for column in columns)} "
        f"FROM {merge.found} r WHERE t.id = r.standing"
    )


def _add_partition(merge: Merge) -> int:
    columns = ", ".join(merge.written)
    partition = partitions.start_partition(merge.table)
    added = _execute(
        f"INSERT INTO {partition.name} (id, {columns}) "
        f"SELECT {partition.first_id} + row, {columns} FROM {merge.found} WHERE standing IS NULL"
    )
    partitions.attach_partition(partition)
    return added


def _add(merge: Merge) -> int:
    columns = ", ".join(merge.written)
    added = _execute(
        f"INSERT INTO {merge.table} ({columns}) SELECT {columns} FROM {merge.found} WHERE standing IS NULL "
        "ON CONFLICT DO NOTHING"
    )
    if added > 1000:
        if merge.table in partitions.TABLES:
            partitions.analyze_everyday(merge.table)
        else:
            _execute(f"ANALYZE {merge.table}")
    return added


def _execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        rows: int = cursor.rowcount
    return rows
