"""Pure rules: in what encoding and with what delimiter a file was exported."""

import codecs
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

BLOCK = 256 * 1024
SAMPLE = 1024 * 1024
DELIMITERS = (";", "\t", ",")


@dataclass(frozen=True)
class Dialect:
    """`skip` is the number of bytes of the byte order mark; `is_sound` says that all bytes are valid UTF-8."""

    encoding: str
    is_sound: bool
    delimiter: str
    header: tuple[str, ...]
    skip: int = 0


def detect_encoding(stream: IO[bytes]) -> tuple[str, bool, int]:
    """The encoding of the whole file, whether it is sound UTF-8, and the length of its byte order mark.

    Reads the stream to its end.
    """
    head = stream.read(BLOCK)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False, 0
    skip = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = block = head
    try:
        while block:
            decoder.decode(block)
            block = stream.read(BLOCK)
            if len(sample) < SAMPLE:
                sample += block
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = bool(skip) or _is_mostly_utf8(sample) or _is_mostly_utf8(block)
        return "utf-8" if is_utf8 else "windows-1251", False, skip
    return "utf-8", True, skip


def _is_mostly_utf8(sample: bytes) -> bool:
    """A few broken bytes in Russian UTF-8 must not turn all of it into windows-1251."""
    decoded = sample.decode("utf-8", errors="replace")
    broken = decoded.count("\ufffd")
    whole = sum(1 for sign in decoded if "\u0400" <= sign <= "\u04ff")
    return whole > broken


def split_line(line: str, delimiter: str) -> list[str]:
    """The cells of one line without spaces around them; raises `csv.Error` when a quote is left open."""
    cells = next(csv.reader([line], delimiter=delimiter, strict=True), []) if '"' in line else line.split(delimiter)
    return [cell.strip() for cell in cells]


def detect_delimiter(first_line: str, known: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The delimiter that finds the most known columns, and the names found with it, in lower case."""
    names = frozenset(known)
    best: tuple[str, tuple[str, ...]] = (DELIMITERS[0], ())
    for delimiter in DELIMITERS:
        try:
            header = tuple(cell.lower() for cell in split_line(first_line, delimiter))
        except csv.Error:
            continue
        if not best[1] or len(names.intersection(header)) > len(names.intersection(best[1])):
            best = (delimiter, header)
    return best
