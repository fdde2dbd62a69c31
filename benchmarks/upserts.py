"""I4: bills of a new period, rows a second of the import ÷ of Django's `bulk_create(update_conflicts=True)`, in turn.

`python -m benchmarks.upserts 1000000`; 200 000 bills without a number. Django is given a twentieth of them, unparsed
cells already made into objects, in batches of 1000, and a table with the same indexes.
"""

import csv
import sys
import time
from pathlib import Path
from typing import Any

from django.db import models, transaction

from benchmarks import imports
from benchmarks.figures import tell, tell_ratio
from benchmarks.packages import Shape
from billing.models import Bill, PersonalAccount

BILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
SHARE, ROUNDS, BATCH = 20, 3, 1000
FIGURES = ("opening_balance", "charged", "recalculated", "penalty", "paid", "amount_due")
VALUES = ("account", "period", "issued_on", "due_on", *FIGURES, "document_id")

fields: dict[str, Any] = {
    field.name: field.clone() for field in Bill._meta.concrete_fields if field.name not in {"id", "account", "supplier"}
}
for owner in ("account", "supplier"):
    related = Bill._meta.get_field(owner).related_model
    fields[owner] = models.ForeignKey(related, models.PROTECT, related_name="+", db_constraint=False)
fields["id"] = models.BigAutoField(primary_key=True)
meta = type("Meta", (), {"app_label": "benchmarks", "db_table": "raw_bills", "managed": False})
RawBill = type("RawBill", (models.Model,), fields | {"Meta": meta, "__module__": __name__})


def upsert(package: Path, supplier_id: int) -> float:
    """Rows a second: read by csv, accounts by one query, objects, batches, one transaction."""
    began = time.perf_counter()
    count = BILLS // SHARE
    with (package / "bills.csv").open(encoding="utf-8", newline="") as stream, transaction.atomic():
        reader = csv.DictReader(stream, delimiter=";")
        rows = [row for _, row in zip(range(count), reader, strict=False)]
        known = PersonalAccount.objects.filter(supplier_id=supplier_id, number__in=[row["account"] for row in rows])
        accounts = dict(known.values_list("number", "pk"))
        for start in range(0, count, BATCH):
            RawBill._default_manager.bulk_create(
                [
                    RawBill(
                        supplier_id=supplier_id,
                        account_id=accounts[row["account"]],
                        period=f"{row['period']}-01",
                        **{name: row[name] for name in ("number", "issued_on", "due_on", "document_id", *FIGURES)},
                    )
                    for row in rows[start : start + BATCH]
                ],
                update_conflicts=True,
                unique_fields=["supplier", "number"],
                update_fields=VALUES,
            )
    return count / (time.perf_counter() - began)


supplier = imports.make_accounts(BILLS)
clean = imports.write_bills("clean", Shape(BILLS))
ours, theirs = [], []
for _ in range(ROUNDS):
    imports.forget_bills()
    ours.append(BILLS / imports.take(clean)[0])
    imports.make_raw_table()
    theirs.append(upsert(clean, supplier.pk))
fast = tell(f"the import, {BILLS:,} bills", ours, "rows a second")
slow = tell(f"bulk_create, {BILLS // SHARE:,} bills", theirs, "rows a second")
tell_ratio("I4", fast / slow, "≥ 10")
