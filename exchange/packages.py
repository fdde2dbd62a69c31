"""A registry package on disk: a folder, a .zip or a workbook, opened without trusting a name in it."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from exchange.archives import BadArchive, list_entries
from exchange.entries import MANIFEST, Entry, FileEntry, UnreadablePackage, ZippedEntry
from exchange.tables import BadTable
from exchange.tabular_entries import convert_tables, list_sheets
from exchange.workbooks import is_workbook

__all__ = ["MANIFEST", "FileTotals", "Manifest", "Package", "UnreadablePackage", "open_package"]

LARGEST_MANIFEST = 1024 * 1024
MOST_ROWS = 10**12


@dataclass(frozen=True)
class FileTotals:
    """What the sender says of a file: how many rows, and sums of some columns."""

    rows: int | None
    sums: dict[str, Decimal]


@dataclass(frozen=True)
class Manifest:
    supplier: str
    period: str
    created_at: datetime
    totals: dict[str, FileTotals]


class Package:
    """Tables by the plain name of their file, whatever form they came in; `open` gives their bytes as CSV."""

    def __init__(self, name: str, entries: Mapping[str, Entry]) -> None:
        self.name = name
        self._entries = dict(entries)
        self.manifest = read_manifest(self)

    @property
    def files(self) -> set[str]:
        return set(self._entries)

    def get_size(self, names: Iterable[str]) -> int:
        """Bytes to be read of these files, at least about."""
        return sum(self._entries[name].size for name in names)

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        return self._entries[name].open()

    def get_notes(self, name: str) -> tuple[str, ...]:
        """What there is to say of a table that was opened."""
        return self._entries[name].notes

    def tell_place(self, file: str, line: int) -> tuple[str, int]:
        """A line as who made the package knows it: on which sheet, which record."""
        entry = self._entries.get(file)
        return (entry.shown or file, line + entry.shift) if entry else (file, line)

    def tell(self, words: str) -> str:
        """Words about the files, with the names they came by."""
        for file, entry in self._entries.items():
            words = words.replace(file, entry.shown or file)
        return words


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """A folder, a .zip or a workbook .xlsx. Raises `UnreadablePackage`."""
    with ExitStack() as stack:
        yield _open_package(path, stack)


def _open_package(path: Path, stack: ExitStack) -> Package:
    try:
        if path.is_dir():
            files: dict[str, Entry] = {name: FileEntry(file) for name, file in _list_folder(path).items()}
            return Package(path.resolve().name, convert_tables(files, stack))
        if not path.is_file():
            raise UnreadablePackage("По этому пути ничего нет.")
        if is_workbook(path):
            return Package(path.name, list_sheets(path, stack))
        archive = stack.enter_context(zipfile.ZipFile(path))
        zipped: dict[str, Entry] = {name: ZippedEntry(archive, info) for name, info in list_entries(archive).items()}
        return Package(path.name, convert_tables(zipped, stack))
    except (BadArchive, BadTable) as error:
        raise UnreadablePackage(str(error)) from error
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadablePackage("Это не папка, не читаемый архив .zip и не книга .xlsx.") from error


def _list_folder(path: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for entry in path.iterdir():
        if entry.is_file() and not entry.is_symlink():
            if entry.name.lower() in files:
                raise UnreadablePackage(f"Имя встречается в папке дважды: {entry.name[:80]}")
            files[entry.name.lower()] = entry
    return files


def read_manifest(package: Package) -> Manifest:
    if MANIFEST not in package.files:
        raise UnreadablePackage(f"Нет файла {MANIFEST}.")
    with package.open(MANIFEST) as stream:
        raw = stream.read(LARGEST_MANIFEST + 1)
    if len(raw) > LARGEST_MANIFEST:
        raise UnreadablePackage(f"{MANIFEST} слишком велик.")
    try:
        data = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UnreadablePackage(f"{MANIFEST} не читается.") from error
    if not isinstance(data, dict) or data.get("format") != 1:
        raise UnreadablePackage("Известен только формат 1.")
    supplier, period = data.get("supplier"), data.get("period") or ""
    if not isinstance(supplier, str) or not re.fullmatch(r"[-a-zA-Z0-9_]{1,20}", supplier):
        raise UnreadablePackage(f"В {MANIFEST} не назван поставщик.")
    if not isinstance(period, str) or not re.fullmatch(r"(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2]))?", period):
        raise UnreadablePackage(f"В {MANIFEST} непонятный период.")
    return Manifest(supplier, period, _read_moment(data.get("created_at")), _read_totals(data.get("totals") or {}))


def _read_moment(value: Any) -> datetime:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise UnreadablePackage(f"В {MANIFEST} непонятное время создания.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _read_totals(value: Any) -> dict[str, FileTotals]:
    totals = {}
    try:
        for name, entry in value.items():
            rows = _read_count(entry.get("rows"))
            sums = {column: Decimal(str(total)) for column, total in (entry.get("sum") or {}).items()}
            totals[str(name)] = FileTotals(rows, sums)
    except (AttributeError, TypeError, ValueError, InvalidOperation) as error:
        raise UnreadablePackage(f"В {MANIFEST} непонятные итоги.") from error
    return totals


def _read_count(value: Any) -> int | None:
    """Raises ValueError, and InvalidOperation."""
    if value is None:
        return None
    number = Decimal(str(value))
    if not number.is_finite() or not 0 <= number < MOST_ROWS:
        raise ValueError
    return int(number)
