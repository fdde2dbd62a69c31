"""Pure rules: rows of spreadsheets and database files become lines of CSV in canonical form, one line for each row.

A blank or deleted row leaves a blank line, so that a line has the number of its row. What a cell cannot say faithfully
is marked (`values.mark_fault`) and refused with its reason where every other cell is refused, by the pump.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Protocol

from exchange.layouts import Column, Layout
from exchange.values import MONTH, mark_fault


@dataclass(frozen=True)
class Fault:
    """A cell that says nothing faithful, and what is shown of it."""

    reason: str
    shown: str


Cell = Fault | str | int | float | Decimal | bool | date | datetime | time | timedelta | None
Row = list[Cell] | None

EXACT_DIGITS = 15
"""A spreadsheet keeps a number as a double: so many of its decimal digits are sure."""
NUMBERS_OF_THINGS = frozenset(
    {"number", "account", "registration", "serial", "els", "bill", "document", "document_id"}
    | {"inn", "kpp", "bic", "corr_account", "prefix"}
)
_BREAKS = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
_NEEDS_QUOTES = frozenset(';"')


class BadTable(Exception):
    """The file as a whole cannot be read. The message says why, in Russian."""


class Table(Protocol):
    """`header` in lower case, as `detect_delimiter` gives it; `first_row` is the number of the row after it."""

    header: list[str]
    first_row: int

    def read_rows(self) -> Iterator[Row]: ...


@dataclass
class Written:
    """What there is to say of a whole file: numbers that stand where a text should, by column."""

    numbers: Counter[str] = field(default_factory=Counter)

    def get_notes(self) -> list[str]:
        return [
            f"столбец {column}: чисел вместо текста {count}. Если у номеров бывают нули в начале, здесь они потеряны: "
            "сделайте столбец текстовым"
            for column, count in self.numbers.items()
        ]


def write_table(table: Table, layout: Layout, stream: IO[bytes]) -> Written:
    """Raises `BadTable` for what cannot be read."""
    written = Written()
    known = layout.by_name
    columns = [known.get(name) for name in table.header]
    stream.write((";".join(_quote(name) for name in table.header) + "\n").encode())
    stream.write(b"\n" * (table.first_row - 2))
    for row in table.read_rows():
        stream.write((_write_row(row, columns, written) + "\n").encode())
    return written


def _write_row(row: Row, columns: Iterable[Column | None], written: Written) -> str:
    if row is None or not any(cell not in (None, "") for cell in row):
        return ""
    cells = []
    for cell, column in zip(row, columns, strict=False):
        if column is None:
            cells.append("")
            continue
        if column.name in NUMBERS_OF_THINGS and _is_number(cell):
            written.numbers[column.name] += 1
        cells.append(_quote(tell_cell(cell, column)))
    return ";".join(cells)


def tell_cell(cell: Cell, column: Column) -> str:
    """A cell as text that the column's kind reads, or a marked fault."""
    if cell is None:
        return ""
    if isinstance(cell, Fault):
        return mark_fault(cell.reason, cell.shown)
    if isinstance(cell, str):
        return _BREAKS.sub(" ", cell).replace("\x02", " ").strip()
    if isinstance(cell, bool):
        return mark_fault("да или нет вместо значения", "да" if cell else "нет")
    if isinstance(cell, int | float | Decimal):
        return _tell_number(cell)
    if isinstance(cell, date):
        return _tell_date(cell, column)
    if isinstance(cell, time):
        return mark_fault("время вместо значения: сделайте ячейку текстовой", cell.isoformat())
    return mark_fault("промежуток времени вместо значения: сделайте ячейку текстовой", str(cell))


def _tell_number(cell: int | float | Decimal) -> str:
    """412.1 is 412.1: as the spreadsheet shows it, not as the machine keeps it."""
    if isinstance(cell, float):
        if cell != cell or cell in (float("inf"), float("-inf")):
            return mark_fault("не число", str(cell))
        number = Decimal(f"{cell:.{EXACT_DIGITS}g}")
        if abs(number) >= Decimal(10) ** EXACT_DIGITS:
            shown = f"{number:f}"
            return mark_fault(f"число длиннее {EXACT_DIGITS} цифр хранится неточно: сделайте столбец текстовым", shown)
    else:
        number = Decimal(cell)
    return f"{number:f}"


def _tell_date(cell: date, column: Column) -> str:
    shown = cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    if column.kind.sql_type == "date" or column.kind is MONTH:
        return shown
    wanted = "текста" if column.kind.is_text else "числа"
    return mark_fault(f"дата вместо {wanted}: таблица сама превратила значение в дату", shown)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.intersection(text) else text
