"""Where billing systems drop packages: a watched folder, or a bucket that speaks S3; in it a folder for each supplier.

psk/2026-10.zip            taken when it has not changed for a while, or when psk/2026-10.zip.ready lies beside it
psk/2026-10/registry.json  a folder is taken when all files that its totals name are there
psk/done/…  psk/held/…  psk/failed/…    where a package goes afterwards, with a text that says what came of it
"""

import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from exchange.entries import MANIFEST

READY = ".ready"
ENDINGS = (".zip", ".xlsx")
RESULTS = ("done", "held", "failed")
BLOCK = 1024**2
LARGEST_MANIFEST = 1024**2
MOST_DROPS = 200
"""Of one supplier at one look."""


class InboxAway(Exception):
    """The folder or the bucket does not answer; it is asked again later."""


@dataclass(frozen=True)
class Dropped:
    """A package as it lies there: `files` by path within the inbox, size, and a mark that changes with the content."""

    supplier: str
    name: str
    is_folder: bool
    files: tuple[tuple[str, int, str], ...]
    is_ready: bool

    @property
    def origin(self) -> str:
        return f"{self.supplier}/{self.name}"

    @property
    def size(self) -> int:
        return sum(size for _, size, _ in self.files)

    @property
    def fingerprint(self) -> str:
        """Two contents at one place differ in it."""
        marks = "\n".join(f"{path}:{size}:{mark}" for path, size, mark in self.files)
        return f"{self.size}:{sha256(marks.encode()).hexdigest()[:32]}"


class Inbox(ABC):
    @abstractmethod
    def list_folder(self, path: str) -> tuple[list[str], list[tuple[str, int, str]]]:
        """Names of the folders, and (name, size, mark) of the files in it. Raises `InboxAway`."""

    @abstractmethod
    def open(self, path: str) -> Any:
        """A context manager of the bytes of a file."""

    @abstractmethod
    def move(self, path: str, target: str) -> None: ...

    @abstractmethod
    def write(self, path: str, text: str) -> None: ...

    def list_dropped(self) -> Iterator[Dropped]:
        """What lies there now, whole or not. Raises `InboxAway`."""
        for supplier in self.list_folder("")[0]:
            folders, files = self.list_folder(supplier)
            names = {name for name, _, _ in files}
            packages = [
                file for file in files if file[0].lower().endswith(ENDINGS) and not file[0].startswith((".", "~"))
            ]
            for name, size, mark in sorted(packages)[:MOST_DROPS]:
                file = (f"{supplier}/{name}", size, mark)
                yield Dropped(supplier, name, False, (file,), name + READY in names)
            for name in sorted(set(folders) - set(RESULTS))[:MOST_DROPS]:
                if not name.startswith("."):
                    yield self._look_into(supplier, name)

    def find_dropped(self, origin: str) -> Dropped | None:
        return next((found for found in self.list_dropped() if found.origin == origin), None)

    def _look_into(self, supplier: str, name: str) -> Dropped:
        _, files = self.list_folder(f"{supplier}/{name}")
        shown = tuple((f"{supplier}/{name}/{file}", size, mark) for file, size, mark in sorted(files) if file != READY)
        return Dropped(supplier, name, True, shown, READY in {file for file, _, _ in files})

    def is_whole(self, dropped: Dropped) -> bool:
        """Whether a folder holds all that its registry.json names. Raises `InboxAway`."""
        if not dropped.is_folder:
            return True
        sizes = {path.rpartition("/")[2].lower(): (path, size) for path, size, _ in dropped.files}
        path, size = sizes.get(MANIFEST, ("", 0))
        if not path or size > LARGEST_MANIFEST:
            return False
        with self.open(path) as stream:
            try:
                totals = json.loads(stream.read().decode("utf-8-sig")).get("totals") or {}
            except (ValueError, AttributeError, RecursionError):
                return False
        return isinstance(totals, dict) and all(_is_there(str(name).lower(), sizes) for name in totals)

    def fetch(self, dropped: Dropped, place: Path, tell: Callable[[int], None]) -> None:
        """Copies the package to `place`, a file or a folder. Raises `InboxAway`, and what `tell` raises."""
        if dropped.is_folder:
            place.mkdir()
        for path, _, _ in dropped.files:
            target = place / path.rpartition("/")[2] if dropped.is_folder else place
            with self.open(path) as stream, target.open("xb") as copy:
                while block := stream.read(BLOCK):
                    copy.write(block)
                    tell(len(block))

    def file_away(self, dropped: Dropped, result: str, stamp: str, report: str) -> None:
        """Out of the way, with what is to be said of it beside. Raises `InboxAway`."""
        target = f"{dropped.supplier}/{result}/{stamp}-{dropped.name}"
        self.write(f"{target}.txt", report)
        for path, _, _ in dropped.files:
            self.move(path, target + (f"/{path.rpartition('/')[2]}" if dropped.is_folder else ""))
        self.clear_away(dropped)

    @abstractmethod
    def clear_away(self, dropped: Dropped) -> None:
        """The marker and the empty folder."""


def _is_there(name: str, files: Iterable[str]) -> bool:
    stem = name.removesuffix(".csv")
    return any(known in files for known in (name, f"{stem}.dbf", f"{stem[:8]}.dbf"))


class FolderInbox(Inbox):
    """Links are passed over: who may drop a file must not make the portal read another."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def list_folder(self, path: str) -> tuple[list[str], list[tuple[str, int, str]]]:
        with _telling_away():
            entries = [entry for entry in (self._root / path).iterdir() if not entry.is_symlink()]
            about = [(entry, entry.stat()) for entry in entries if entry.is_file()]
            files = [(entry.name, stat.st_size, str(stat.st_mtime_ns)) for entry, stat in about]
            return [entry.name for entry in entries if entry.is_dir()], files

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        with _telling_away(), (self._root / path).open("rb") as stream:
            yield stream

    def move(self, path: str, target: str) -> None:
        with _telling_away():
            (self._root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(self._root / path, self._root / target)

    def write(self, path: str, text: str) -> None:
        with _telling_away():
            (self._root / path).parent.mkdir(parents=True, exist_ok=True)
            (self._root / path).write_text(text, encoding="utf-8")

    def clear_away(self, dropped: Dropped) -> None:
        with _telling_away():
            place = self._root / dropped.origin
            if dropped.is_folder:
                (place / READY).unlink(missing_ok=True)
                place.rmdir()
            else:
                place.with_name(place.name + READY).unlink(missing_ok=True)


@contextmanager
def _telling_away() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InboxAway(str(error)) from error


def open_inbox() -> Inbox | None:
    """By `REGISTRY_INBOX`: a path, or `s3://bucket/prefix`; None when nothing is watched."""
    address = settings.REGISTRY_INBOX
    if not address:
        return None
    if not address.startswith("s3://"):
        return FolderInbox(Path(address))
    parts = urlsplit(address)
    options = {name: value for name, value in settings.REGISTRY_INBOX_S3.items() if value}
    # By name: most portals watch no bucket, and the library takes its time to load.
    bucket: Inbox = import_string("exchange.bucket_inbox.BucketInbox")(parts.netloc, parts.path.strip("/"), **options)
    return bucket
