"""What the benchmarks of imports share: a supplier with accounts, packages of bills, plain ways to compare with."""

import atexit
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from django.db import connection
from django.utils import timezone

from benchmarks.packages import Shape, write_package
from billing import partitions
from billing.models import Bill, Supplier
from exchange import operations
from exchange.layouts import BILLS
from exchange.models import ImportRun

BLOCK = 256 * 1024
ACCOUNTS = """
INSERT INTO billing_personalaccount (supplier_id, number, digits, service, address, els, status, lock_reason)
SELECT %s, prefix || '\\' || rest, prefix || rest, 'electricity', '', '', 'active', ''
FROM (SELECT lpad((row / 1000000 + 18)::text, 3, '0'), lpad((row %% 1000000)::text, 8, '0')
      FROM generate_series(0, %s - 1) row) AS numbers (prefix, rest)
"""
RAW_COLUMNS = (
    "supplier_id, account_id, number, period, issued_on, due_on, opening_balance, charged, recalculated, penalty, "
    "paid, amount_due, document_id"
)
TAKE_ALONE = """
import sys
from pathlib import Path
import django
django.setup()
from benchmarks import imports

def tell(name):
    return int(Path("/proc/self/status").read_text().partition(name)[2].split()[0]) / 1024

imports.execute("SELECT 1")
Path("/proc/self/clear_refs").write_text("5")  # the peak is forgotten
before = tell("VmRSS:")
taken, _ = imports.take(Path(sys.argv[1]))
print(taken, before, tell("VmHWM:"))
"""
folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
atexit.register(shutil.rmtree, folder, ignore_errors=True)


def execute(statement: str, parameters: Sequence[object] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def make_accounts(count: int) -> Supplier:
    execute("SET statement_timeout = 0")
    take(write_package(folder / "supplier", Shape(1), ["suppliers.csv"]))
    supplier = Supplier.objects.get()
    execute(ACCOUNTS, [supplier.pk, count])
    execute("VACUUM (ANALYZE) billing_personalaccount")
    return supplier


def write_bills(name: str, shape: Shape) -> Path:
    return write_package(folder / name, shape, ["bills.csv"])


def take(package: Path) -> tuple[float, ImportRun]:
    """Seconds until residents see it; what follows an import is not in them."""
    with mock.patch("exchange.operations.importing._settle"):
        began = time.perf_counter()
        run = operations.import_registry(package, at=timezone.now())
        taken = time.perf_counter() - began
    assert run.status == ImportRun.Status.APPLIED, run.reason
    return taken, run


def take_alone(package: Path) -> tuple[float, float, float]:
    """In a process of its own: seconds, its MB before, and the most since."""
    command = [sys.executable, "-W", "ignore", "-c", TAKE_ALONE, package]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    taken, before, most = map(float, done.stdout.split()[-3:])
    return taken, before, most


def forget_bills() -> None:
    """All but those of every day are dropped, and those are taken out."""
    for partition in partitions.get_partitions("billing_bill"):
        if not partition.is_everyday:
            execute(f"DROP TABLE {partition.name}")
    execute("TRUNCATE billing_bill")
    execute("CHECKPOINT")


def write_finished_rows(path: Path) -> Path:
    """The bills that stand, as a file of finished rows for `COPY`."""
    statement = f"COPY (SELECT {RAW_COLUMNS} FROM billing_bill ORDER BY id) TO STDOUT (FORMAT csv)"
    with path.open("wb") as stream, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for data in copy:
            stream.write(data)
    return path


def copy_raw(table: str, columns: str, path: Path, options: str) -> float:
    """Seconds of one plain `COPY` of a file, committed."""
    began = time.perf_counter()
    statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, {options})"
    with path.open("rb") as stream, connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := stream.read(BLOCK):
            copy.write(block)
    return time.perf_counter() - began


def make_raw_table() -> None:
    """`raw_bills`: the columns, defaults and indexes of one partition of bills, empty."""
    execute("DROP TABLE IF EXISTS raw_bills")
    execute("CREATE TABLE raw_bills (LIKE billing_bill_everyday INCLUDING ALL)")
    execute("CHECKPOINT")


def copy_indexed(finished: Path) -> float:
    make_raw_table()
    return copy_raw("raw_bills", RAW_COLUMNS, finished, "DELIMITER ','")


def copy_unlogged(package: Path) -> float:
    """Into an unlogged typed table without an index."""
    execute("DROP TABLE IF EXISTS raw_lines")
    columns = ", ".join(f"{column.name} {column.kind.sql_type}" for column in BILLS.columns)
    execute(f"CREATE UNLOGGED TABLE raw_lines ({columns})")
    execute("CHECKPOINT")
    names = ", ".join(column.name for column in BILLS.columns)
    return copy_raw("raw_lines", names, package / "bills.csv", "DELIMITER ';', HEADER")


def count_writes() -> int:
    """Rows of bills inserted, updated or deleted since the server began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables "
            "WHERE relname LIKE 'billing\\_bill%%'"
        )
        writes: int = cursor.fetchone()[0]
    return writes


def count_bills() -> int:
    return Bill.objects.count()
