"""A registry package on disk: a folder or a .zip, opened without trusting a name in it."""

import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from exchange.archives import BadArchive, list_entries

MANIFEST = "registry.json"
LARGEST_MANIFEST = 1024 * 1024


class UnreadablePackage(Exception):
    """This is not a registry package. The message says why, in Russian."""


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
    """Files by plain name; `open` gives their bytes."""

    def __init__(self, name: str, files: dict[str, Path | zipfile.ZipInfo], archive: zipfile.ZipFile | None) -> None:
        self.name = name
        self._files = files
        self._archive = archive
        self.manifest = read_manifest(self)

    @property
    def files(self) -> set[str]:
        return set(self._files)

    def get_size(self, names: Iterable[str]) -> int:
        """Bytes to be read of these files."""
        entries = [self._files[name] for name in names]
        return sum(entry.stat().st_size if isinstance(entry, Path) else entry.file_size for entry in entries)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        entry = self._files[name]
        if isinstance(entry, Path):
            with entry.open("rb") as stream:
                yield stream
        elif self._archive is not None:
            try:
                with self._archive.open(entry) as stream:
                    yield stream
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                raise UnreadablePackage(f"Архив повреждён: {name}.") from error


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Raises `UnreadablePackage`."""
    if path.is_dir():
        yield Package(path.resolve().name, dict(_list_folder(path)), None)
    elif path.is_file():
        try:
            with zipfile.ZipFile(path) as archive:
                yield Package(path.name, dict(list_entries(archive)), archive)
        except BadArchive as error:
            raise UnreadablePackage(str(error)) from error
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise UnreadablePackage("Это не папка и не читаемый архив .zip.") from error
    else:
        raise UnreadablePackage("По этому пути ничего нет.")


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
    if not isinstance(period, str) or not re.fullmatch(r"(?:\d{4}-(?:0[1-9]|1[0-2]))?", period):
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
            rows = entry.get("rows")
            sums = {column: Decimal(str(total)) for column, total in (entry.get("sum") or {}).items()}
            totals[str(name)] = FileTotals(None if rows is None else int(rows), sums)
    except (AttributeError, TypeError, ValueError, InvalidOperation) as error:
        raise UnreadablePackage(f"В {MANIFEST} непонятные итоги.") from error
    return totals
