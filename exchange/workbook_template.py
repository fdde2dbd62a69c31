"""The workbook a small supplier fills in: a sheet for each file of a package, made from the layouts themselves."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from exchange.layouts import LAYOUTS, Column, Layout
from exchange.values import MONTH
from exchange.workbooks import REGISTRY

NAME = "registry-template.xlsx"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACTS = (
    ("supplier", "", "код поставщика на портале, например psk"),
    ("period", "", "месяц, например 2026-10"),
    ("created_at", "", "когда сделана выгрузка: дата и время"),
    ("rows bills", "", "необязательно: сколько строк на листе bills; так можно назвать каждый лист"),
    ("sum bills.amount_due", "", "необязательно: сумма столбца amount_due листа bills"),
)
HINTS = (
    "Каждый лист заменяет файл пакета. Ненужные листы оставьте пустыми или удалите.",
    "Жирные столбцы обязательны. Столбцы можно переставлять и убирать.",
    "Номера, коды и серии держите текстом: в числах пропадают нули в начале. Здесь столбцы уже текстовые.",
    "Даты можно писать датами или текстом 2026-10-05 и 05.10.2026.",
    "Формулы читаются по последнему сохранённому значению.",
)


def make_template() -> bytes:
    book = Workbook(write_only=True)
    facts = book.create_sheet(REGISTRY)
    facts.column_dimensions["A"].width = facts.column_dimensions["B"].width = 26
    facts.column_dimensions["C"].width = 80
    for fact in FACTS:
        facts.append(fact)
    for layout in LAYOUTS:
        _add_sheet(book, layout)
    hints = book.create_sheet("Как заполнять")
    hints.column_dimensions["A"].width = 100
    for hint in HINTS:
        hints.append([hint])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _add_sheet(book: Workbook, layout: Layout) -> None:
    sheet = book.create_sheet(layout.file.removesuffix(".csv"))
    sheet.freeze_panes = "A2"
    header = []
    for number, column in enumerate(layout.columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = max(14, len(column.name) + 4)
        if _is_text(column):
            dimension.number_format = "@"
        cell = WriteOnlyCell(sheet, column.name)
        cell.font = Font(bold=column.required)
        header.append(cell)
    sheet.append(header)


def _is_text(column: Column) -> bool:
    return column.kind.is_text and column.kind is not MONTH
