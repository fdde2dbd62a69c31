# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""The differences that were found become rows: few in the plain way, many as a partition of their own."""

from django.db import connection

from billing import partitions
from exchange.merging import Merge, Written
from exchange.pump import Staged

LARGE = 100_000
"""New rows of a file from which on they become a partition."""


def write_differences(merge: Merge, staged: Staged) -> Written:
    """Updates the rows that differ, then inserts those that are not there, in the order of their owners."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(standing) FROM {merge.found}")
        found, differing = cursor.fetchone()
    changed = _update(merge, staged) if differing else 0
    return Written(added=_add(merge, found - differing) if found > differing else 0, changed=changed)


def _update(merge: Merge, staged: Staged) -> int:
    columns = [merge.column(name) for name in merge.named_values(staged)]
    return _execute(
        f"UPDATE {merge.table} t SET {', '.join(f'{column} = r.{column}' for column in columns)} "
        f"FROM {merge.found} r WHERE t.id = r.standing"
    )


def _add(merge: Merge, count: int) -> int:
    columns = ", ".join(merge.written)
    is_partitioned = merge.table in partitions.TABLES
    if is_partitioned and count >= LARGE and partitions.has_room(merge.table):
        partition = partitions.start_partition(merge.table)
        added = _execute(
            f"INSERT INTO {partition.name} (id, {columns}) "
            f"SELECT {partition.first_id} + row_number() OVER (), {columns} FROM {merge.found} WHERE standing IS NULL"
        )
        partitions.attach_partition(partition)
        return added
    added = _execute(
        f"INSERT INTO {merge.table} ({columns}) SELECT {columns} FROM {merge.found} WHERE standing IS NULL "
        "ON CONFLICT DO NOTHING"
    )
    if added > 1000:
        if is_partitioned:
            partitions.analyze_everyday(merge.table)
        else:
            _execute(f"ANALYZE {merge.table}")
    return added


def _execute(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: int = cursor.rowcount
    return rows
