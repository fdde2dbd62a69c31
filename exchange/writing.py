# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""The differences that were found become rows: few in the plain way, many as a partition of their own."""

from django.db import connection

from billing import partitions
from exchange.merging import Found, Merge, Written
from exchange.pump import Staged

LARGE = 100_000
"""New rows of a file from which on they become a partition."""


def is_large_load(merge: Merge, found: Found) -> bool:
    return merge.table in partitions.TABLES and found.new >= LARGE and partitions.has_room(merge.table)


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


def _execute(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: int = cursor.rowcount
    return rows
