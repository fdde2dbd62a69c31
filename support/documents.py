"""What may be attached to a report: a PDF, JPEG or PNG, shown to be one by parsing it (security.md A8, T19).

Pure: bytes in, bytes out. An image is drawn anew, so its EXIF, and whatever else was hidden in the file, is gone.
A PDF is kept as it is, if nothing in it can act.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

import puremagic

from meters.pictures import PictureBroken, PictureTooLarge, redraw_picture
from support import pdf_structure

MAX_BYTES = 10 * 1024 * 1024
MAX_NAME, MAX_SUFFIX = 100, 10
EXTENSIONS = {".pdf", ".jpg", ".jpeg", ".jpe", ".jfif", ".png"}
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SIGNATURES = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}


@dataclass(frozen=True)
class Document:
    """A file that was read and found fit to keep."""

    name: str
    content_type: str
    content: bytes


class DocumentRefused(Exception):
    """The file is not kept; the message tells the resident why and what to do."""


def read_document(name: str, content: bytes) -> Document:
    """Parse one file. Raises DocumentRefused."""
    shown = clean_name(name)
    if not content:
        raise DocumentRefused(f"Файл «{shown}» пустой. Выберите другой.")
    if len(content) > MAX_BYTES:
        raise DocumentRefused(f"Файл «{shown}» больше 10 МБ. Снимите документ с меньшим качеством или разделите его.")
    content_type = _sniff(content)
    if PurePath(shown).suffix.lower() not in EXTENSIONS or content_type not in SIGNATURES:
        raise DocumentRefused(_say_unfit(shown, content_type))
    if content_type == PDF:
        _examine_pdf(shown, content)
    else:
        content = _redraw(shown, content, content_type)
    return Document(f"{PurePath(shown).stem}{ENDINGS[content_type]}", content_type, content)


def clean_name(name: str) -> str:
    """The last part of a path, without control, direction and invisible marks; never empty, never long."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(" " if c.isspace() else c for c in base if unicodedata.category(c)[0] != "C" or c.isspace())
    plain = "".join("_" if c in '<>:"|?*%;' else c for c in visible)
    words = " ".join(plain.split()).strip(". ")
    path = PurePath(words or "документ")
    suffix = path.suffix if len(path.suffix) <= MAX_SUFFIX else ""
    stem = words.removesuffix(suffix)[: MAX_NAME - len(suffix)].strip(". ")
    return f"{stem or 'документ'}{suffix}"


def _sniff(content: bytes) -> str:
    for content_type, signature in SIGNATURES.items():
        if content.startswith(signature):
            return content_type
    try:
        found = puremagic.from_string(content[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        return ""
    # What only resembles an allowed kind further on is not one.
    return "" if found in SIGNATURES else found


def _say_unfit(shown: str, content_type: str) -> str:
    if content_type in ("image/heic", "image/heif"):
        return f"«{shown}» — снимок в формате HEIC. Сохраните его как JPEG и приложите снова."
    if content_type in SIGNATURES:
        return f"У «{shown}» необычное окончание имени. Назовите файл с окончанием .pdf, .jpg или .png."
    return f"«{shown}» не подойдёт: нужен PDF, JPEG или PNG. Документ можно сфотографировать."


def _examine_pdf(shown: str, content: bytes) -> None:
    try:
        pdf_structure.examine(content)
    except pdf_structure.Encrypted as error:
        raise DocumentRefused(f"«{shown}» закрыт паролем. Сохраните его без пароля и приложите снова.") from error
    except pdf_structure.Active as error:
        raise DocumentRefused(
            f"В «{shown}» есть сценарии или вложенные файлы. Напечатайте документ в PDF заново или сфотографируйте."
        ) from error
    except pdf_structure.Broken as error:
        raise DocumentRefused(f"«{shown}» не открывается как PDF: файл повреждён. Приложите его снова.") from error


def _redraw(shown: str, content: bytes, content_type: str) -> bytes:
    try:
        return redraw_picture(content, as_png=content_type == PNG)
    except PictureTooLarge as error:
        raise DocumentRefused(
            f"«{shown}» слишком большой: больше 40 миллионов точек. Снимите документ с меньшим качеством."
        ) from error
    except PictureBroken as error:
        raise DocumentRefused(
            f"«{shown}» не открывается как изображение: файл повреждён. Приложите его снова."
        ) from error
