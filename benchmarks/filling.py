"""Millions of rows in minutes: without triggers, each index made once at the end, by all processors."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Of every index that nothing leans on: its table, its name, whether a constraint is behind it, and how it is made anew.
FIND = """
SELECT index.indexrelid::regclass::text, constrained.conname,
       coalesce(pg_get_constraintdef(constrained.oid), pg_get_indexdef(index.indexrelid))
FROM pg_index index
LEFT JOIN pg_constraint constrained ON constrained.conindid = index.indexrelid AND constrained.contype IN ('u', 'p')
WHERE index.indrelid = %s::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint other WHERE other.conindid = index.indexrelid AND other.contype = 'f')
"""


@contextmanager
def bulk_filling(table: str) -> Iterator[None]:
    """What is put into the table meanwhile is checked by nothing; afterwards it is vacuumed and on disk."""
    with connection.cursor() as cursor:
        for setting in ("max_wal_size = '32GB'", "checkpoint_timeout = '1h'", "autovacuum = off"):
            cursor.execute(f"ALTER SYSTEM SET {setting}")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("SET session_replication_role = replica")
        change = f"ALTER TABLE {table}"
        cursor.execute(FIND, [table])
        indexes = cursor.fetchall()
        for index, constraint, _ in indexes:
            cursor.execute(f"{change} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}")
        yield
        for _, constraint, definition in indexes:
            cursor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}" if constraint else definition
            )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")
