"""A batch of readings as a workbook, for suppliers who read it by eye: text stays text, days and values are real."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from exchange.csv_cells import DELIMITER

IN_MEMORY, CHUNK = 1 << 20, 1 << 16
WIDTHS = (16, 16, 16, 16, 8, 12, 14, 26, 12)
DAY, VALUE = "taken_on", "value"


def stream_sheet(columns: Iterable[str], lines: Iterable[str]) -> Iterator[bytes]:
    """`lines` are those of the CSV file, already harmless; each may hold several rows. A workbook waits until whole."""
    names = list(columns)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Показания")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    heading = []
    for name in names:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        heading.append(cell)
    sheet.append(heading)
    for part in lines:
        for row in csv.reader(io.StringIO(part, newline=""), delimiter=DELIMITER):
            sheet.append([_make_cell(sheet, name, text) for name, text in zip(names, row, strict=True)])
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _make_cell(sheet: Any, name: str, text: str) -> Any:
    if name == DAY:
        cell = WriteOnlyCell(sheet, datetime.combine(date.fromisoformat(text), time()))
        cell.number_format = "DD.MM.YYYY"
        return cell
    if name == VALUE and text:
        return Decimal(text)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
