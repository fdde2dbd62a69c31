"""Small packages, written by hand in the tests."""

import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SUPPLIERS = "code;name;number_pattern\npsk;Свет;\\d{3}\\\\\\d{8}\n"
ACCOUNTS = (
    "number;service;address;els;status;lock_reason\n"
    "018\\00000001;electricity;г. Заречный, ул. Фонарная, д. 7, кв. 21;75AB000001;active;\n"
    "018\\00000002;electricity;СНТ «Ёлочка», уч. 48;75AB000002;locked;По решению суда\n"
)
METERS = (
    "account;registration;serial;model;status;digits_left;digits_right;installed_on;voltage\n"
    "018\\00000001;R1;ПЛ-00123456;НЕВА МТ 124;active;6;0;2019-05-20;230\n"
    "018\\00000002;R2;;;automatic;5;3;;3x230/400\n"
)
SCALES = (
    "registration;code;name;unit;hours;opening_value;closing_value\n"
    "R1;1;День;кВт·ч;07:00-23:00;100;\nR1;2;Ночь;кВт·ч;23:00-07:00;50;\nR2;0;Всего;кВт·ч;;1.125;\n"
)
READINGS = (
    "registration;code;taken_on;value;kind;source\n"
    "R1;1;2026-09-20;200;actual;resident\nR1;2;2026-09-20;90;actual;resident\nR2;0;2026-09-21;7.250;estimated;\n"
)
BILLS = (
    "account;number;period;issued_on;due_on;opening_balance;charged;recalculated;penalty;paid;amount_due;document_id\n"
    "018\\00000001;B1;2026-09;2026-10-03;2026-10-15;0.00;884.00;-10.50;0.00;0.00;873.50;123456789012345678\n"
)
BILL_LINES = (
    "bill;service;serial;code;previous;current;kind;consumption;unit;price;amount\n"
    "B1;electricity;123456;1;100;200;actual;100;кВт·ч;7.20;720.00\n"
    "B1;electricity;123456;2;50;90;actual;40;кВт·ч;4.10;164.00\n"
)
PAYMENTS = "account;paid_on;posted_on;amount;agent;document\n018\\00000001;2026-10-07;2026-10-09;873.50;СБП;P1\n"
TARIFFS = "valid_from;service;code;range_from;range_to;price\n2025-07-01;electricity;1;0;;7.20\n"
BRANCHES = "prefix;name;email;phone;address\n018;Заречное отделение;zarechnoe@branch.example;;\n"

CLEAN: dict[str, str] = {
    "suppliers.csv": SUPPLIERS,
    "branches.csv": BRANCHES,
    "personal_accounts.csv": ACCOUNTS,
    "meters.csv": METERS,
    "scales.csv": SCALES,
    "readings.csv": READINGS,
    "bills.csv": BILLS,
    "bill_lines.csv": BILL_LINES,
    "payments.csv": PAYMENTS,
    "tariffs.csv": TARIFFS,
}
WHOLE_TOTALS: dict[str, Any] = {
    "personal_accounts.csv": {"rows": 2},
    "bills.csv": {"rows": 1, "sum": {"amount_due": "873.50"}},
}


def write_package(
    folder: Path,
    files: dict[str, str | bytes] | dict[str, str],
    *,
    totals: dict[str, Any] | None = None,
    supplier: str = "psk",
    created_at: str = "2026-11-02T03:10:00+03:00",
    period: str = "2026-10",
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    manifest = {
        "format": 1,
        "supplier": supplier,
        "period": period,
        "created_at": created_at,
        "totals": totals or {},
    }
    (folder / "registry.json").write_text(json.dumps(manifest))
    return folder


def write_archive(
    path: Path, files: dict[str, str | bytes] | dict[str, str], *, inside: str = "", **manifest: Any
) -> Path:
    """The same as a .zip; `inside` is a folder within it, ending in a slash."""
    with TemporaryDirectory() as folder:
        package = write_package(Path(folder) / "p", files, **manifest)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(package.iterdir()):
                archive.write(file, inside + file.name)
    return path
