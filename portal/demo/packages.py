"""The demo's two registry packages: the same every time for one day, written as a supplier would send them."""

import csv
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from portal.demo.life import Life, Row, Rows
from portal.demo.months import months_before
from portal.demo.suppliers import DemoSupplier, make_suppliers

MONTHS = 18
SUMS = {"bills.csv": "amount_due", "payments.csv": "amount"}
HEADERS = {
    "suppliers.csv": "code;name;inn;kpp;bank_name;bic;account;corr_account;number_pattern;number_example;window_from;"
    "window_to;cut_off",
    "branches.csv": "prefix;name;email;phone;address",
    "personal_accounts.csv": "number;service;address;els;status;lock_reason",
    "meters.csv": "account;registration;serial;model;status;digits_left;digits_right;ratio;installed_on;removed_on;"
    "verified_until;verification_years;place;accuracy_class;voltage;current_max;phases;owner",
    "scales.csv": "registration;code;name;unit;hours;opening_value;closing_value",
    "readings.csv": "registration;code;taken_on;value;kind;source",
    "bills.csv": "account;number;period;issued_on;due_on;opening_balance;charged;recalculated;penalty;paid;amount_due;"
    "document_id",
    "bill_lines.csv": "bill;service;serial;code;previous;current;kind;consumption;unit;price;amount",
    "payments.csv": "account;paid_on;posted_on;amount;agent;document",
    "tariffs.csv": "valid_from;service;code;range_from;range_to;price",
}


def write_packages(folder: Path, *, at: datetime) -> list[Path]:
    """One folder per supplier with everything up to the last full month before `at`."""
    today = timezone.localdate(at)
    return [write_package(folder, supplier, today=today, at=at) for supplier in make_suppliers()]


def write_package(folder: Path, supplier: DemoSupplier, *, today: date, at: datetime) -> Path:
    months = months_before(today, MONTHS)
    rows = Rows()
    rows.files["suppliers.csv"].append(supplier.facts)
    rows.files["branches.csv"] += supplier.branches
    rows.files["tariffs.csv"] += supplier.tariffs
    for household in supplier.households:
        Life(household, supplier.prefix, rows, today).live(months)
    package = folder / f"demo-{supplier.code}-{months[-1]:%Y-%m}"
    package.mkdir(parents=True, exist_ok=True)
    totals: dict[str, object] = {}
    for file, header in HEADERS.items():
        with (package / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=";", lineterminator="\n")
            writer.writerow(header.split(";"))
            writer.writerows(rows.files[file])
        totals[file] = {"rows": len(rows.files[file])} | _sums(file, header.split(";"), rows.files[file])
    manifest = {
        "format": 1,
        "supplier": supplier.code,
        "period": f"{months[-1]:%Y-%m}",
        "created_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "totals": totals,
    }
    (package / "registry.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    return package


def _sums(file: str, header: list[str], rows: list[Row]) -> dict[str, object]:
    if file not in SUMS:
        return {}
    place = header.index(SUMS[file])
    return {"sum": {SUMS[file]: str(sum((Decimal(str(row[place])) for row in rows), Decimal(0)))}}
