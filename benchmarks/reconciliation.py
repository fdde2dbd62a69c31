"""The staff's reconciliation among many accounts: what its pages cost, and what a worker pays to count it.

`python -m benchmarks.reconciliation 3` for 3 million personal accounts; 1 without a number.
"""

import sys
from datetime import date

from django.db import connection
from django.utils import timezone

from benchmarks.figures import measure, tell, tell_ratio
from exchange import operations
from exchange.figures import FIGURES
from exchange.models import Reconciliation
from exchange.staff_reconciliation import SHOWN, read_rows
from tests import factories

MILLIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 1
ACCOUNTS, FEW = MILLIONS * 1_000_000, 5_000
PERIOD = date(2026, 10, 1)
TIMES = 5

# One account in a thousand has no meter, one meter in fifty no serial; a third of the residents send.
FILL = (
    "INSERT INTO billing_personalaccount (supplier_id, number, digits, service, address, els, status, lock_reason) "
    "SELECT %(supplier)s, n::text, n::text, 'electricity', '', '', 'active', '' "
    "FROM generate_series(%(first)s::bigint, %(last)s) n",
    "INSERT INTO meters_meter (supplier_id, registration, serial, serial_key, model, status, ratio, place, "
    "accuracy_class, owner) SELECT %(supplier)s, id::text, CASE WHEN id %% 50 = 0 THEN '' ELSE id::text END, id::text, "
    "'М', 'active', 1, '', '', '' FROM billing_personalaccount WHERE supplier_id = %(supplier)s AND id %% 1000 <> 0",
    "INSERT INTO meters_installation (meter_id, account_id) SELECT id, registration::bigint FROM meters_meter "
    "WHERE supplier_id = %(supplier)s",
    "INSERT INTO meters_scale (meter_id, code, name, unit, hours) SELECT id, '1', 'Всего', '', '' FROM meters_meter "
    "WHERE supplier_id = %(supplier)s",
    "INSERT INTO meters_submission (receipt, public_id, key, user_id, account_id, meter_id, taken_on, period, status, "
    "needs_review, findings, submitted_at) SELECT 'B' || id, gen_random_uuid(), gen_random_uuid(), %(user)s, "
    "registration::bigint, id, '2026-10-20', %(period)s, (ARRAY['accepted', 'handed_over', 'billed'])[1 + id %% 3], "
    "false, '[]', now() FROM meters_meter WHERE supplier_id = %(supplier)s AND id %% 3 = 0",
)


def fill(code: str, first: int, accounts: int) -> Reconciliation:
    supplier = factories.SupplierFactory(code=code, name=code)
    known = {"supplier": supplier.pk, "user": user.pk, "period": PERIOD, "first": first, "last": first + accounts - 1}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET session_replication_role = replica")  # no foreign keys
        for statement in FILL:
            cursor.execute(statement, known)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    return operations.ask_for_reconciliation(supplier_id=supplier.pk, period=PERIOD, at=timezone.now())


def count(row: Reconciliation) -> None:
    operations.count_reconciliation(supplier_id=row.supplier_id, period=PERIOD, at=timezone.now())


def look(row: Reconciliation) -> list[float]:
    """The first page of every figure; the least disturbed of each."""
    return [min(measure(lambda figure=figure: read_rows(figure, row, 0, SHOWN + 1), times=TIMES)) for figure in FIGURES]


user = factories.UserFactory()
small = fill("small", 1, FEW)
of_small = look(small)
large = fill("large", 10_000_000_000, ACCOUNTS)
of_large = look(large)
print(f"{ACCOUNTS:,} personal accounts, a third of them sent; the other supplier has {FEW:,}")
for figure, milliseconds in sorted(zip(FIGURES, of_large, strict=True), key=lambda pair: -pair[1])[:5]:
    print(f"  {figure.code}: {milliseconds:.1f} ms")
tell("the kept figures are read in", measure(lambda: Reconciliation.objects.get(pk=large.pk), times=20), "ms")
tell("a worker counts all figures in", measure(lambda: count(large), times=2), "ms")
few = tell("rows of a figure, small supplier", of_small, "ms")
many = tell("rows of a figure, large supplier", of_large, "ms")
tell_ratio("A page of rows, large ÷ small", many / few, "≤ 1.5")
