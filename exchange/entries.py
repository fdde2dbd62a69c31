"""One file of a package, wherever it lies."""

import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

MANIFEST = "registry.json"


class UnreadablePackage(Exception):
    """This is not a registry package. The message says why, in Russian."""


class Entry(ABC):
    """`shown` is the name people know it by, when it is another; `shift` is added to the numbers of its lines."""

    size: int = 0
    notes: tuple[str, ...] = ()
    shown: str = ""
    shift: int = 0

    @abstractmethod
    def open(self) -> AbstractContextManager[IO[bytes]]: ...


class FileEntry(Entry):
    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size

    def open(self) -> AbstractContextManager[IO[bytes]]:
        return self._path.open("rb")


class ZippedEntry(Entry):
    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive, self._info = archive, info
        self.size = info.file_size

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(self._info) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UnreadablePackage(f"Архив повреждён: {self._info.filename[:80]}.") from error
