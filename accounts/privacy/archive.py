"""The file a resident takes away: a PDF to read, JSON for machines, and the documents of his reports."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User

PDF_NAME, JSON_NAME, FOLDER = "Мои данные.pdf", "my-data.json", "Документы"
MOST_BYTES_OF_FILES = 20 * 1024 * 1024
"""So much fits into a row; documents beyond it are named in the JSON and are taken from the pages of the reports."""


@dataclass(frozen=True)
class OwnFile:
    """A file of the user: its name with a folder, its size in bytes, and the way to its content."""

    name: str
    size: int
    read: Callable[[], bytes]


def pack(*, told: Mapping[str, object], pdf: bytes, files: Mapping[str, bytes]) -> bytes:
    """A zip of it all. Documents are compressed already and are stored as they are."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(PDF_NAME, pdf)
        archive.writestr(JSON_NAME, json.dumps(told, ensure_ascii=False, indent=1))
        for name, content in files.items():
            archive.writestr(f"{FOLDER}/{name}", content, compress_type=ZIP_STORED)
    return packed.getvalue()


def read_files(user: User) -> tuple[dict[str, bytes], list[str]]:
    """The documents that fit, the newest first, and the names of those that do not or are not in the storage."""
    kept: dict[str, bytes] = {}
    left_out: list[str] = []
    room = MOST_BYTES_OF_FILES
    for file in _find_files(user):
        name = _make_safe(file.name)
        if file.size > room:
            left_out.append(name)
            continue
        try:
            kept[name] = file.read()
        except OSError:
            left_out.append(name)
            continue
        room -= file.size
    return kept, left_out


def _find_files(user: User) -> Iterator[OwnFile]:
    for path in settings.DATA_EXPORT_FILES:
        yield from import_string(path)(user)


def _make_safe(name: str) -> str:
    """No way out of the folder, whatever a file was called."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    return "/".join(parts)
