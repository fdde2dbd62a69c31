"""The room in which a package is laid out before it is applied: a schema with unlogged tables, gone when that is done.

Temporary tables would do but for one thing: no statement that looks at one is given to two processors.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


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
