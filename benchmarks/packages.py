"""Registry packages of any size, with invented data that is the same at every run of one seed.

`python -m benchmarks.packages FOLDER --accounts 1000000 --periods 2026-09 2026-10 --reject-share 0.01` writes the files
row by row: memory does not grow with them. `--files bills.csv` writes only that one.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

SUPPLIER = "psk"
CREATED_AT = "2026-11-02T03:10:00+03:00"
BAD_CELLS = ("2026-02-30", "31.31.2026", "вчера", "-", "2026-13-01")


@dataclass(frozen=True)
class Shape:
    """What a package holds. Of `reject_share` of the rows that have a date, the date is nonsense; `change_share` of the
    bills are a kopeck more than those of the same package without it.
    """

    accounts: int
    periods: tuple[str, ...] = ("2026-10",)
    reject_share: float = 0
    seed: int = 1
    change_share: float = 0

    def draw(self, row: int, below: int, salt: int) -> int:
        """A number that looks like chance and is the same whenever it is asked for."""
        mixed = (row * 2654435761 + (self.seed * 97 + salt) * 40503) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 2246822519) & 0xFFFFFFFF
        return (mixed ^ (mixed >> 13)) % below

    def is_changed(self, row: int) -> bool:
        return bool(self.change_share) and self.draw(row, 1_000_000, 37) < self.change_share * 1_000_000

    def spoil(self, row: int, good: str) -> str:
        if self.reject_share and self.draw(row, 1_000_000, 31) < self.reject_share * 1_000_000:
            return BAD_CELLS[row % len(BAD_CELLS)]
        return good


def name_account(row: int) -> str:
    return f"{row // 1_000_000 + 18:03}\\{row % 1_000_000:08}"


def _following(period: str) -> str:
    year, month = int(period[:4]), int(period[5:])
    return f"{year + month // 12}-{month % 12 + 1:02}"


def write_suppliers(shape: Shape) -> Iterator[str]:
    yield "code;name;number_pattern\n"
    yield f"{SUPPLIER};Свет;\\d{{3}}\\\\\\d{{8}}\n"


def write_accounts(shape: Shape) -> Iterator[str]:
    yield "number;service;address;els;status;lock_reason\n"
    for row in range(shape.accounts):
        street = f"г. Заречный, ул. Фонарная, д. {row // 90 + 1}, кв. {row % 90 + 1}"
        yield f"{name_account(row)};electricity;{street};75AB{row:06};active;\n"


def write_meters(shape: Shape) -> Iterator[str]:
    yield "account;registration;serial;model;status;digits_left;digits_right;installed_on\n"
    for row in range(shape.accounts):
        yield f"{name_account(row)};R{row:08};{10_000_000 + row};НЕВА МТ 124;active;6;0;2019-05-20\n"


def write_scales(shape: Shape) -> Iterator[str]:
    yield "registration;code;name;unit;hours;opening_value;closing_value\n"
    for row in range(shape.accounts):
        yield f"R{row:08};1;День;кВт·ч;07:00-23:00;100;\n"
        yield f"R{row:08};2;Ночь;кВт·ч;23:00-07:00;50;\n"


def _value(shape: Shape, row: int, code: int, period: str) -> int:
    months = int(period[:4]) * 12 + int(period[5:]) - 2020 * 12
    return 1000 + months * (50 + shape.draw(row, 200, code))


def write_readings(shape: Shape) -> Iterator[str]:
    yield "registration;code;taken_on;value;kind;source\n"
    for period in shape.periods:
        for row in range(shape.accounts):
            day = shape.spoil(row, f"{period}-{20 + shape.draw(row, 6, 3):02}")
            for code in (1, 2):
                yield f"R{row:08};{code};{day};{_value(shape, row, code, period)};actual;resident\n"


def write_bills(shape: Shape) -> Iterator[str]:
    yield (
        "account;number;period;issued_on;due_on;opening_balance;charged;recalculated;penalty;paid;amount_due;"
        "document_id\n"
    )
    for period in shape.periods:
        later = _following(period)
        for row in range(shape.accounts):
            charged = 20_000 + shape.draw(row, 180_000, 5)
            opening = 20_000 + shape.draw(row, 180_000, 6) + shape.is_changed(row)
            issued = shape.spoil(row, f"{later}-03")
            yield (
                f"{name_account(row)};{period[2:4]}{period[5:]}{row:08};{period};{issued};{later}-15;"
                f"{opening // 100}.{opening % 100:02};{charged // 100}.{charged % 100:02};0.00;0.00;"
                f"{opening // 100}.{opening % 100:02};{charged // 100}.{charged % 100:02};"
                f"{100_000_000_000_000_000 + int(period[2:4] + period[5:]) * 100_000_000 + row}\n"
            )


def write_bill_lines(shape: Shape) -> Iterator[str]:
    yield "bill;service;serial;code;previous;current;kind;consumption;unit;price;amount\n"
    for period in shape.periods:
        for row in range(shape.accounts):
            for code, price in ((1, 720), (2, 410)):
                current = _value(shape, row, code, period)
                used = 50 + shape.draw(row, 200, code)
                amount = used * price
                yield (
                    f"{period[2:4]}{period[5:]}{row:08};electricity;{10_000_000 + row};{code};"
                    f"{current - used};{current};actual;{used};кВт·ч;{price // 100}.{price % 100:02};"
                    f"{amount // 100}.{amount % 100:02}\n"
                )


def write_payments(shape: Shape) -> Iterator[str]:
    yield "account;paid_on;posted_on;amount;agent;document\n"
    for period in shape.periods:
        for row in range(shape.accounts):
            day = 1 + shape.draw(row, 26, 8)
            amount = 20_000 + shape.draw(row, 180_000, 6)
            yield (
                f"{name_account(row)};{shape.spoil(row, f'{period}-{day:02}')};{period}-{day + 2:02};"
                f"{amount // 100}.{amount % 100:02};СБП;P{period[2:4]}{period[5:]}{row:08}\n"
            )


WRITERS = {
    "suppliers.csv": write_suppliers,
    "personal_accounts.csv": write_accounts,
    "meters.csv": write_meters,
    "scales.csv": write_scales,
    "readings.csv": write_readings,
    "bills.csv": write_bills,
    "bill_lines.csv": write_bill_lines,
    "payments.csv": write_payments,
}
SUMMED = {"bills.csv": "amount_due", "payments.csv": "amount"}


def write_package(folder: Path, shape: Shape, files: Iterable[str] = tuple(WRITERS)) -> Path:
    """With a registry.json whose totals hold."""
    folder.mkdir(parents=True, exist_ok=True)
    totals = {name: _write_file(folder / name, WRITERS[name](shape), SUMMED.get(name)) for name in files}
    manifest = {
        "format": 1,
        "supplier": SUPPLIER,
        "period": shape.periods[-1],
        "created_at": CREATED_AT,
        "totals": totals,
    }
    (folder / "registry.json").write_text(json.dumps(manifest, indent=1))
    return folder


def _write_file(path: Path, lines: Iterator[str], summed: str | None) -> dict[str, object]:
    header = next(lines)
    place = header.strip().split(";").index(summed) if summed else None
    rows = kopecks = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(header)
        for line in lines:
            stream.write(line)
            rows += 1
            if place is not None:
                kopecks += int(line.split(";", place + 1)[place].replace(".", ""))
    return {"rows": rows} | ({"sum": {summed: str(Decimal(kopecks) / 100)}} if summed else {})


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--periods", nargs="+", default=["2026-10"], help="YYYY-MM")
    parser.add_argument("--reject-share", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", nargs="+", choices=list(WRITERS), default=list(WRITERS))
    return parser.parse_args()


if __name__ == "__main__":
    given = read_arguments()
    for asked in given.periods:
        date.fromisoformat(f"{asked}-01")
    asked_for = Shape(given.accounts, tuple(given.periods), given.reject_share, given.seed)
    write_package(given.folder, asked_for, given.files)
