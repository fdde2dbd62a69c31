# ruff: noqa: S608 (names of tables and columns are constants of the code and names the catalogue gives)
"""The oldest large loads of a table become one partition, so that there is room for the next ones."""

from django.db import OperationalError, connection, transaction

from billing import partitions
from billing.partitions import Partition

TRIES = 20
_OWNERS = {"billing_bill": "account_id", "billing_billline": "bill_id", "billing_payment": "account_id"}


class CannotFold(Exception):
    """An import or a long look at the table is under way: nothing was changed, another hour will do."""


@transaction.atomic(durable=True)
def fold_partitions(*, table: str, keep: int) -> int:
    """Join the oldest loads of `table` so that `keep` of them are left; how many were joined. Raises `CannotFold`.

    Imports wait while rows are copied; readers only for the moment in which the partitions change places.
    """
    loads = [partition for partition in partitions.get_partitions(table) if not partition.is_everyday]
    oldest = loads[: len(loads) - keep + 1]
    if len(oldest) < 2:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
    _lock(table, "SHARE ROW EXCLUSIVE")
    joined = _copy(table, oldest)
    _lock(table, "ACCESS EXCLUSIVE")
    partitions.replace_partitions(oldest, joined)
    return len(oldest)


def _lock(table: str, mode: str) -> None:
    for _ in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
        except OperationalError:
            continue
        return
    raise CannotFold


def _copy(table: str, oldest: list[Partition]) -> Partition:
    first_id, end_id = oldest[0].first_id, oldest[-1].end_id
    joined = partitions.start_partition(table, first_id=first_id, end_id=end_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {joined.name} SELECT * FROM {table} WHERE id >= %s AND id < %s ORDER BY {_OWNERS[table]}, id",
            [first_id, end_id],
        )
        # Known to hold, so that to attach it takes no look at the rows while readers wait.
        cursor.execute(f"ALTER TABLE {joined.name} ADD CONSTRAINT ids CHECK (id >= {first_id} AND id < {end_id})")
    partitions.index_partition(joined)
    return joined
