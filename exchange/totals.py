# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""Does a package hold what its sender says it holds?"""

from decimal import Decimal

from django.db import connection

from exchange.gate import TOTALS
from exchange.packages import Manifest
from exchange.pump import PackageHeld, Staged


def check_totals(manifest: Manifest, staged: dict[str, Staged]) -> None:
    """Rows and sums of registry.json against the files; refused rows count too. Raises `PackageHeld`."""
    for file, totals in manifest.totals.items():
        if file not in staged:
            raise PackageHeld(f"Файл {file} назван в итогах, но в пакете его нет.", TOTALS)
        found = staged[file]
        if totals.rows is not None and totals.rows != found.rows:
            raise PackageHeld(f"{file}: строк {found.rows}, а в итогах {totals.rows}.", TOTALS)
        for column, expected in totals.sums.items():
            kinds = {known.name: known.kind.sql_type for known in found.layout.columns}
            if column not in found.columns or kinds[column] != "numeric":
                raise PackageHeld(f"{file}: нет столбца {column}, сумма которого названа в итогах.", TOTALS)
            total = get_sum(found, column)
            if total != expected:
                raise PackageHeld(f"{file}: сумма {column} {total}, а в итогах {expected}.", TOTALS)


def get_sum(staged: Staged, column: str) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum({column}), 0) FROM {staged.layout.stage}")
        (total,) = cursor.fetchone()
    stood = staged.stood.get_sum(column) if staged.stood else Decimal(0)
    return Decimal(total) + stood + staged.rejected_sums[column]
