"""Workbooks and DBF tables, written by hand in the tests."""

import struct
from pathlib import Path
from typing import Any

import openpyxl

from tests.exchange.packages import CLEAN

FACTS = [("supplier", "psk"), ("period", "2026-10"), ("created_at", "2026-11-02T03:10:00+03:00")]
Rows = list[list[Any]]


def read_rows(content: str) -> Rows:
    return [line.split(";") for line in content.splitlines()]


def write_workbook(path: Path, sheets: dict[str, Rows], facts: list[tuple[str, Any]] | None = None) -> Path:
    """Sheets that are not given are those of the clean package, as text."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    whole: dict[str, Rows] = {name.removesuffix(".csv"): read_rows(content) for name, content in CLEAN.items()}
    for name, rows in {"registry": [list(fact) for fact in facts or FACTS], **(whole | sheets)}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


Field = tuple[str, str, int, int]


def write_dbf(
    path: Path,
    fields: list[Field],
    records: list[list[str]],
    *,
    encoding: str = "cp866",
    language: int = 0,
    deleted: frozenset[int] = frozenset(),
    version: int = 0x03,
) -> Path:
    """A dBase III table: (name, type, length, decimals), and cells as the text that stands in the file."""
    length = 1 + sum(field[2] for field in fields)
    start = 32 + 32 * len(fields) + 1
    content = struct.pack("<BBBBLHH17xBH", version, 126, 11, 2, len(records), start, length, language, 0)
    for name, kind, width, decimals in fields:
        content += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), width, decimals)
    content += b"\r"
    for number, record in enumerate(records):
        content += b"*" if number in deleted else b" "
        for cell, (_, kind, width, _) in zip(record, fields, strict=True):
            raw = cell.encode(encoding)
            content += raw.rjust(width) if kind in "NFM" else raw.ljust(width)
    path.write_bytes(content + b"\x1a")
    return path
