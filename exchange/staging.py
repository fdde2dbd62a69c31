"""The room in which a package is laid out before it is applied: a schema with unlogged tables, gone when that is done.

Temporary tables would do but for one thing: no statement that looks at one is given to two processors.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

from django.db import connection

from exchange.dialects import BLOCK
from exchange.layouts import Layout
from exchange.packages import Package
from exchange.progress import Progress
from exchange.pump import LineReader, Staged, read_dialect
from exchange.rejects import Rejects

STATISTICS = 10
"""A tenth of the rows looked at otherwise tell the planner enough of a table that is gone in a minute."""


@contextmanager
def open_room(supplier_code: str) -> Iterator[None]:
    """Tables made within stand in the room. Needs a transaction, in the supplier's turn; undone, it is gone."""
    name = connection.ops.quote_name(f"staging_{supplier_code}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path')")
        (before,) = cursor.fetchone()
        cursor.execute(f"CREATE SCHEMA {name}")
        cursor.execute("SELECT set_config('search_path', %s, true)", [f"{name}, {before}"])
        yield
        cursor.execute("SELECT set_config('search_path', %s, true)", [before])
        cursor.execute(f"DROP SCHEMA {name} CASCADE")


def stage_file(package: Package, layout: Layout, rejects: Rejects, progress: Progress) -> Staged:
    """Creates the table of the file in the staging room and fills it. Raises `PackageHeld` if it cannot be read."""
    dialect = read_dialect(package, layout)
    line_reader = LineReader(layout, dialect, rejects, progress)
    line_reader.staged.notes = package.get_notes(layout.file)
    with connection.cursor() as cursor:
        cursor.execute(_create_table(layout))
        few = ", ".join(f"ALTER COLUMN {name} SET STATISTICS {STATISTICS}" for name in layout.looked_up)
        cursor.execute(f"ALTER TABLE {layout.stage} {few}")
        with package.open(layout.file) as stream, TemporaryFile() as differing:
            stream.read(dialect.skip)
            line_reader.begin(stream)
            line_reader.leave_out_standing(package.manifest.supplier, differing)
            differing.seek(0)
            with connection.wrap_database_errors, cursor.copy(line_reader.copy_statement) as copy:
                while block := differing.read(BLOCK):
                    copy.write(block)
                line_reader.pass_on(copy)
        cursor.execute(f"ANALYZE {layout.stage} ({', '.join(layout.looked_up)})")
    return line_reader.staged


def _create_table(layout: Layout) -> str:
    columns = [
        f"{column.name} {column.kind.sql_type}" + (" NOT NULL DEFAULT ''" if column.kind.is_text else "")
        for column in layout.columns
    ]
    for name, derived in layout.derived.items():
        columns.append(f"said_{name} text")
        columns.append(f"{name} text GENERATED ALWAYS AS (coalesce(said_{name}, {derived.sql})) STORED")
    return (
        f"CREATE UNLOGGED TABLE {layout.stage} "
        f"(row bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000), {', '.join(columns)})"
    )
