"""XLSX with real dates and numbers, written row by row."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from meters.exports.cells import make_harmless, strip_control
from meters.exports.columns import HEADINGS
from meters.exports.rows import ExportedReading

WIDTHS = (12, 18, 11, 14, 10, 16, 22, 20)


def write_xlsx(rows: Iterable[ExportedReading], file: IO[bytes]) -> None:
    """One sheet «Показания»; its first row stays in sight. Nothing in it is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Показания")
    sheet.freeze_panes = "A2"
    for number, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGH"[number]].width = width
    heading = []
    for text in HEADINGS:
        cell = WriteOnlyCell(sheet, text)
        cell.font = Font(bold=True)
        heading.append(cell)
    sheet.append(heading)
    for row in rows:
        day = WriteOnlyCell(sheet, datetime.combine(row.taken_on, time()))
        day.number_format = "DD.MM.YYYY"
        sheet.append(
            [
                day,
                _text(row.scale.name),
                _text(row.scale.code),
                row.value,
                _text(row.scale.unit),
                row.kind_name,
                row.source_name,
                _text(row.receipt),
            ]
        )
    book.save(file)


def _text(text: str) -> str:
    return make_harmless(strip_control(text))
