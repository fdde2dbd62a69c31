"""A workbook .xlsx as a package: a sheet for each file, and a sheet `registry` with what registry.json says."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from exchange.archives import MOST_ENTRIES
from exchange.tables import BadTable, Cell, Row
from exchange.values import BadValue, read_month

REGISTRY = "registry"
LARGEST = 50 * 1024**2
LARGEST_UNPACKED = 256 * 1024**2
MOST_CELLS = 5_000_000
"""Sheets are read into memory as a whole: larger suppliers send CSV."""
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_FACTS = 200
BLOCK, LONGEST_PLACE = 256 * 1024, 64
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})(\d{1,7})["']""")
FACTS = {"поставщик": "supplier", "период": "period", "создан": "created_at"}


class SheetTable:
    """A sheet; its first row that is not empty is the header."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if any(cell != "" for cell in row):
                self.header = [str(cell).strip().lower() for cell in row]
                self.first_row = number + 1
                return
        raise BadTable("лист пуст")

    @property
    def has_rows(self) -> bool:
        """Sheets of the template that were not needed hold only their header."""
        return any(any(cell != "" for cell in row) for row in self.read_rows() if row)

    def read_rows(self) -> Iterator[Row]:
        yield from islice(self._sheet.iter_rows(), self.first_row - 1, None)


class Workbook:
    """The visible sheets by name in lower case; each is read when it is asked for. Raises `BadTable`."""

    def __init__(self, path: Path) -> None:
        _refuse_bombs(path)
        self._names: dict[str, str] = {}
        with _refuse_unreadable():
            self._workbook = CalamineWorkbook.from_path(str(path))
            for about in self._workbook.sheets_metadata:
                name = about.name.strip().lower().removesuffix(".csv")
                if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
                    continue
                if name in self._names:
                    raise BadTable(f"Лист {name} есть в книге дважды.")
                self._names[name] = about.name

    @property
    def sheets(self) -> list[str]:
        return list(self._names)

    def get_table(self, name: str) -> SheetTable | None:
        """None when nothing stands on the sheet, as on those of the template that were not needed."""
        with _refuse_unreadable():
            sheet = self._workbook.get_sheet_by_name(self._names[name])
            return SheetTable(sheet) if sheet.height else None


@contextmanager
def _refuse_unreadable() -> Iterator[None]:
    try:
        yield
    except CalamineError as error:
        raise BadTable("Книга Excel не читается.") from error
    except BaseException as error:
        # What the library did not foresee ends it so; the class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise BadTable("Книга Excel не читается.") from error
        raise


def is_workbook(path: Path) -> bool:
    """Raises `BadTable` for workbooks of another kind."""
    with path.open("rb") as stream:
        if stream.read(8) == OLD_EXCEL:
            raise BadTable("Это старая или закрытая паролем книга Excel. Сохраните её как обычную .xlsx.")
    try:
        with zipfile.ZipFile(path) as archive:
            names = {entry.filename for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError):
        return False
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise BadTable("Это книга не того вида. Сохраните её как .xlsx.")
    return "xl/workbook.xml" in names


def read_facts(table: SheetTable) -> dict[str, Any]:
    """What registry.json would say: `supplier`, `period`, `created_at`, `rows bills`, `sum bills.amount_due`.

    Raises `BadTable`.
    """
    facts: dict[str, Any] = {"format": 1, "totals": {}}
    header: Row = list(table.header)
    for row in islice(chain([header], table.read_rows()), MOST_FACTS):
        if row is None or len(row) < 2 or "" in row[:2]:
            continue
        name, value = str(row[0]).strip().lower(), row[1]
        name = FACTS.get(name, name)
        if name.startswith(("rows ", "sum ")):
            _read_total(facts["totals"], name, value)
        else:
            facts[name] = _tell_fact(name, value)
    return facts


def _tell_fact(name: str, value: Cell) -> Any:
    if name == "period":
        try:
            return read_month(value.isoformat()[:10] if isinstance(value, date) else str(value).strip())
        except BadValue as error:
            raise BadTable(f"Лист {REGISTRY}: период {value}, {error}.") from error
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return datetime.combine(value, time()).isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _read_total(totals: dict[str, Any], name: str, value: Cell) -> None:
    kind, _, where = name.partition(" ")
    file, _, column = where.strip().removesuffix(".csv").partition(".")
    entry = totals.setdefault(f"{file}.csv", {})
    if kind == "rows":
        entry["rows"] = value
    else:
        entry.setdefault("sum", {})[column] = f"{value:.15g}" if isinstance(value, float) else str(value)


def _refuse_bombs(path: Path) -> None:
    """Cells far apart are few in the file, but the library makes room for all between them."""
    if path.stat().st_size > LARGEST:
        raise BadTable("Книга больше 50 МБ. Такие пакеты присылают таблицами CSV в архиве .zip.")
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise BadTable("Книга в распакованном виде слишком велика. Присылайте таблицы CSV в архиве .zip.")
        for entry in entries:
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                with _open_entry(archive, entry) as stream:
                    _refuse_far_cells(stream)


@contextmanager
def _open_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    try:
        with archive.open(entry) as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadTable("Книга Excel не читается.") from error


def _refuse_far_cells(stream: IO[bytes]) -> None:
    rows = columns = 1
    rest = b""
    while block := stream.read(BLOCK):
        block = rest + block
        for letters, digits in _PLACE.findall(block):
            rows = max(rows, int(digits))
            columns = max(columns, sum((letter - 64) * 26**power for power, letter in enumerate(reversed(letters))))
        rest = block[-LONGEST_PLACE:]
    if rows * columns > MOST_CELLS:
        raise BadTable("На листе слишком много ячеек. Удалите пустые строки и столбцы за таблицей.")
