# ruff: noqa: S608 (names of tables and columns are constants of the code and names the catalogue gives)
"""Bills, their lines and payments lie in partitions by id: one for every day, and one for each large load.

A large load is built beside the table, in the order of its owners, then indexed, then attached: readers and writers of
the table never wait for it. Its ids are a block of their own above those of every day; so `id` alone stays the primary
key. What is unique by other columns is so within a partition; between them it is the import that looks, and one
supplier's imports take turns.

Each partition costs every look without a period a little, so there are at most `MOST_LOADS`; `fold_partitions` joins
the oldest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

TABLES = ("billing_bill", "billing_billline", "billing_payment")
FIRST_BLOCK_ID = 10**12
BLOCK = 10**9
MOST_LOADS = 15
_BOUNDS = re.compile(r"FROM \((?:'?(\d+)'?|MINVALUE)\) TO \('?(\d+)'?\)")
_INDEX = re.compile(r"^CREATE (UNIQUE )?INDEX \S+ ON (?:ONLY )?\S+ ")


@dataclass(frozen=True)
class Partition:
    """`name` holds the ids from `first_id` up to but without `end_id`."""

    table: str
    name: str
    first_id: int
    end_id: int

    @property
    def is_everyday(self) -> bool:
        return self.first_id < FIRST_BLOCK_ID


def get_partitions(table: str) -> list[Partition]:
    """In the order of their ids: that of every day first."""
    found = _fetch(
        "SELECT c.oid::regclass::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i "
        "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass",
        [table],
    )
    partitions = []
    for name, said in found:
        bounds = _BOUNDS.search(said)
        if bounds is None:
            msg = f"{name} is no partition of {table} by id: {said}"
            raise ValueError(msg)
        partitions.append(Partition(table, name, int(bounds[1] or 0), int(bounds[2])))
    return sorted(partitions, key=lambda partition: partition.first_id)


def has_room(table: str) -> bool:
    return len(get_partitions(table)) <= MOST_LOADS


def find_holders(
    table: str, column: str, least: str | int, most: str | int, *, supplier_id: int | None = None
) -> list[Partition]:
    """The partitions that may hold a value of `column` between two: the others need not be looked at.

    `column` begins an index, after the supplier if one is given.
    """
    holders = []
    for partition in get_partitions(table):
        bounds = f"SELECT min({column}), max({column}) FROM {partition.name}"
        if supplier_id is not None:
            bounds += f" WHERE supplier_id = {supplier_id:d}"
        is_holder = f"SELECT low <= %s AND high >= %s FROM ({bounds}) AS found (low, high)"
        if _fetch(is_holder, [most, least])[0][0]:
            holders.append(partition)
    return holders


def start_partition(table: str, *, first_id: int = 0, end_id: int = 0) -> Partition:
    """A table beside `table`: no index yet, not yet seen by anybody. For a block of ids of its own if not for those."""
    block, schema = _fetch(
        "SELECT nextval('billing_partition_block'), relnamespace::regnamespace::text FROM pg_class "
        "WHERE oid = %s::regclass",
        [table],
    )[0]
    first_id, end_id = first_id or block * BLOCK, end_id or (block + 1) * BLOCK
    partition = Partition(table, f"{schema}.{table}_{block}", first_id, end_id)
    _execute(f"CREATE TABLE {partition.name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)")
    return partition


def index_partition(partition: Partition) -> None:
    """As the partition of every day is."""
    everyday = f"{partition.table}_everyday"
    for (constraint,) in _fetch(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u')",
        [everyday],
    ):
        _execute(f"ALTER TABLE {partition.name} ADD {constraint}")
    for (index,) in _fetch(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))",
        [everyday],
    ):
        _execute(_INDEX.sub(lambda found: f"CREATE {found[1] or ''}INDEX ON {partition.name} ", index))


def attach_partition(partition: Partition) -> None:
    """Indexes what was loaded and makes it part of its table, when the caller's transaction ends.

    Waits for another such load of the table, of whichever supplier, to be committed; holds up nobody else.
    """
    index_partition(partition)
    _attach(partition)
    _execute(f"ANALYZE {partition.name}")
    _execute(f"ANALYZE ONLY {partition.table}")


def replace_partitions(old: Sequence[Partition], joined: Partition) -> None:
    """`joined`, which is indexed and holds their rows, takes the place of `old`. The caller has locked the table."""
    for partition in old:
        _execute(f"ALTER TABLE {partition.table} DETACH PARTITION {partition.name}")
        _execute(f"DROP TABLE {partition.name}")
    _attach(joined)
    _execute(f"ALTER TABLE {joined.name} DROP CONSTRAINT ids")


def _attach(partition: Partition) -> None:
    _execute(
        f"ALTER TABLE {partition.table} ATTACH PARTITION {partition.name} "
        f"FOR VALUES FROM ({partition.first_id}) TO ({partition.end_id})"
    )


def analyze_everyday(table: str) -> None:
    """After many rows were inserted in the plain way."""
    _execute(f"ANALYZE {table}_everyday")
    _execute(f"ANALYZE ONLY {table}")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _fetch(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
