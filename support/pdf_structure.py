"""Whether a PDF is whole and passive: nothing in it runs, opens, sends or carries another file. Pure."""

import logging
import struct
import zlib
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

# What is wrong with a stranger's file is told to the stranger, not to the log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MAX_OBJECTS = 100_000
ACTIVE_KEYS = frozenset(
    {"/JavaScript", "/JS", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
)
ACTIVE_VALUES = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/RichMedia", "/RichMediaExecute",
        "/EmbeddedFile", "/FileAttachment", "/Movie", "/Sound", "/Rendition", "/Screen", "/3D", "/Trans3D",
    }
)  # fmt: skip
UNREADABLE = (
    PyPdfError, ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError,
    NotImplementedError, OSError, struct.error, zlib.error,
)  # fmt: skip
"""What pypdf is known to raise on broken input; each means the same here."""


class Broken(Exception):
    """It does not parse, has no page, or goes on after its end."""


class Encrypted(Exception):
    """It cannot be looked into."""


class Active(Exception):
    """It can act: scripts, launching, sending, embedded files."""


def examine(content: bytes) -> None:
    """Raises Broken, Encrypted or Active; silence means fit to keep."""
    _require_clean_edges(content)
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Encrypted
        if not len(reader.pages):
            raise Broken
        _require_passive(reader)
    except UNREADABLE as error:
        raise Broken from error


def _require_clean_edges(content: bytes) -> None:
    """A polyglot hides another file before or behind the PDF."""
    end = content.rfind(b"%%EOF")
    if end == -1 or content[end + 5 :].strip(b"\r\n\t \x00"):
        raise Broken
    opening = content[:1024].lower()
    if any(mark in opening for mark in (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php")):
        raise Active


def _require_passive(reader: PdfReader) -> None:
    """Walk every object: those the trailer leads to, and those only the table knows."""
    waiting: list[Any] = [reader.trailer]
    waiting += [
        IndirectObject(number, generation, reader) for generation, numbers in reader.xref.items() for number in numbers
    ]
    waiting += [IndirectObject(number, 0, reader) for number in reader.xref_objStm]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            if (item.idnum, item.generation) in seen:
                continue
            seen.add((item.idnum, item.generation))
            item = item.get_object()
        count += 1
        if count > MAX_OBJECTS * 20 or len(seen) > MAX_OBJECTS:
            raise Broken
        if isinstance(item, DictionaryObject):
            _require_passive_dictionary(item)
            waiting += item.values()
        elif isinstance(item, ArrayObject):
            waiting += item


def _require_passive_dictionary(item: DictionaryObject) -> None:
    if ACTIVE_KEYS & item.keys():
        raise Active
    for key in ("/S", "/Type", "/Subtype"):
        if item.get(key) in ACTIVE_VALUES:
            raise Active
