"""Files of a package that are no CSV: DBF tables beside registry.json, and the sheets of a workbook."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings

from exchange.dbf import DbfTable
from exchange.entries import MANIFEST, Entry, UnreadablePackage
from exchange.layouts import LAYOUTS, Layout
from exchange.tables import BadTable, Table, write_table
from exchange.workbooks import REGISTRY, Workbook, read_facts

OF_EIGHT, OF_TEN = 8, 10
"""Letters that old systems leave of a file's name and of a field's."""


class ConvertedEntry(Entry):
    """Written out as CSV when it is opened first; read again from there."""

    def __init__(self, layout: Layout, shown: str, find_table: Callable[[], Table], stack: ExitStack) -> None:
        self._layout, self._find_table, self._stack = layout, find_table, stack
        self._written: IO[bytes] | None = None
        self.shown = shown

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        if self._written is None:
            self._written = self._stack.enter_context(_open_temporary())
            try:
                said = write_table(self._find_table(), self._layout, self._written)
            except BadTable as error:
                raise UnreadablePackage(f"{self.shown}: {error}.") from error
            self.notes = tuple(said.get_notes())
            self.size = self._written.tell()
        self._written.seek(0)
        yield self._written


class JsonEntry(Entry):
    """What a sheet says instead of registry.json."""

    def __init__(self, facts: Mapping[str, object], shown: str) -> None:
        self._content = json.dumps(facts, ensure_ascii=False, default=str).encode()
        self.size, self.shown = len(self._content), shown

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        yield BytesIO(self._content)


def convert_tables(entries: Mapping[str, Entry], stack: ExitStack) -> dict[str, Entry]:
    """The same files, DBF tables by the names of the CSV they stand for. Raises `UnreadablePackage`."""
    converted = dict(entries)
    for layout in LAYOUTS:
        stem = layout.file.removesuffix(".csv")
        name = next((f"{known}.dbf" for known in (stem, stem[:OF_EIGHT]) if f"{known}.dbf" in converted), None)
        if name is None:
            continue
        if layout.file in converted:
            raise UnreadablePackage(f"В пакете есть и {layout.file}, и {name}: непонятно, что верно.")
        table = converted.pop(name)
        memo = converted.pop(f"{name[:-4]}.fpt", None) or converted.pop(f"{name[:-4]}.dbt", None)
        entry = ConvertedEntry(layout, name, _make_dbf_finder(table, memo, layout, stack), stack)
        entry.size, entry.shift = table.size, -1
        converted[layout.file] = entry
    return converted


def list_sheets(path: Path, stack: ExitStack) -> dict[str, Entry]:
    """The sheets of a workbook by the names of the files they stand for. Raises `BadTable`."""
    workbook = Workbook(path)
    entries: dict[str, Entry] = {}
    known = {layout.file.removesuffix(".csv"): layout for layout in LAYOUTS}
    for name in workbook.sheets:
        if name == REGISTRY:
            table = workbook.get_table(name)
            entries[MANIFEST] = JsonEntry(read_facts(table) if table else {}, f"лист {name}")
        elif name in known:
            table = workbook.get_table(name)
            if table is not None and table.has_rows:
                entry = ConvertedEntry(known[name], f"лист {name}", partial(_same, table), stack)
                entry.size = max(path.stat().st_size, 1)
                entries[known[name].file] = entry
    if MANIFEST not in entries:
        raise BadTable(f"В книге нет листа {REGISTRY}: возьмите шаблон.")
    return entries


def _same(table: Table) -> Table:
    return table


def _make_dbf_finder(table: Entry, memo: Entry | None, layout: Layout, stack: ExitStack) -> Callable[[], Table]:
    def find() -> Table:
        found = DbfTable(table.open, _copy_to_disk(memo, stack) if memo else None)
        found.header = [_find_column(name, layout) for name in found.header]
        return found

    return find


def _find_column(name: str, layout: Layout) -> str:
    """A field's name has ten letters: registrati is registration."""
    if len(name) == OF_TEN:
        return next((column for column in layout.by_name if column[:OF_TEN] == name), name)
    return name


def _copy_to_disk(entry: Entry, stack: ExitStack) -> IO[bytes]:
    """Memos are read here and there."""
    copy = stack.enter_context(_open_temporary())
    with entry.open() as stream:
        shutil.copyfileobj(stream, copy)
    return copy


def _open_temporary() -> IO[bytes]:
    """Not in /tmp, which may lie in memory."""
    place = Path(settings.MEDIA_ROOT) / "exchange"
    place.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=place)
