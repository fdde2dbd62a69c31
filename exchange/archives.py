"""Pure rules: a .zip is opened without trusting a name or a figure in it (security.md A8, T19)."""

import zipfile
from itertools import pairwise
from pathlib import PurePosixPath

LARGEST_ARCHIVE = 64 * 1024**3
MOST_ENTRIES = 1000
LARGEST_RATIO = 200
"""Tables are packed to a tenth; what is a bomb is packed a thousand times."""
RATIO_MATTERS_FROM = 10 * 1024**2
LOCAL_HEADER = 30
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".cab", ".iso"})
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


class BadArchive(Exception):
    """The archive must not be opened. The message says why, in Russian."""


def list_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by plain name in lower case, all in its root or all in one folder.

    Raises `BadArchive`.
    """
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_ARCHIVE:
        raise BadArchive("Архив слишком велик.")
    _refuse_overlaps(archive)
    found: dict[str, zipfile.ZipInfo] = {}
    folders: set[PurePosixPath] = set()
    for entry in entries:
        place = PurePosixPath(entry.filename)
        _refuse_name(entry, place)
        if set(place.parts) & set(JUNK):
            continue
        _refuse_content(entry, place)
        folders.add(place.parent)
        if place.name.lower() in found:
            raise BadArchive(f"Имя встречается в архиве дважды: {place.name[:80]}")
        found[place.name.lower()] = entry
    if len(folders) > 1 or any(len(folder.parts) > 1 for folder in folders):
        raise BadArchive("Файлы архива лежат в разных папках.")
    return found


def _refuse_name(entry: zipfile.ZipInfo, place: PurePosixPath) -> None:
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if (
        place.is_absolute()
        or ".." in place.parts
        or "\\" in entry.orig_filename
        or ":" in entry.filename
        or "\x00" in entry.orig_filename
        or is_link
    ):
        raise BadArchive(f"Недопустимое имя в архиве: {entry.filename[:80]}")


def _refuse_content(entry: zipfile.ZipInfo, place: PurePosixPath) -> None:
    if entry.flag_bits & 0x1:
        raise BadArchive("Архив закрыт паролем.")
    if entry.compress_type not in METHODS:
        raise BadArchive("Архив сжат необычным способом. Соберите обычный .zip.")
    if place.suffix.lower() in ARCHIVES:
        raise BadArchive(f"Внутри архива лежит другой архив: {place.name[:80]}")
    if entry.file_size >= RATIO_MATTERS_FROM and entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1):
        raise BadArchive(f"{place.name[:80]} сжат подозрительно сильно: так выглядят архивы-бомбы.")


def _refuse_overlaps(archive: zipfile.ZipFile) -> None:
    """Entries that share the same packed bytes unpack to more than any honest archive (CVE-2024-0450)."""
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    for entry, following in pairwise(entries):
        if entry.header_offset + LOCAL_HEADER + entry.compress_size > following.header_offset:
            raise BadArchive("Файлы в архиве наложены друг на друга: так выглядят архивы-бомбы.")
