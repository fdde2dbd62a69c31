"""Pure rules: a DBF table (dBase III to Visual FoxPro) read record by record, faithfully.

Numbers are taken as the digits that stand there, dates as they are, a deleted record is none, and a file that was cut
off says so. Old exports lie about their encoding, or say nothing: what the bytes look like counts for more.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO

from exchange.tables import BadTable, Cell, Fault, Row

Opener = Callable[[], AbstractContextManager[IO[bytes]]]
HEADER, FIELD = struct.Struct("<BBBBLHH20x"), struct.Struct("<11sc4xBB14x")
VERSIONS = frozenset({0x02, 0x03, 0x04, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xE5, 0xF5})
FOXPRO = frozenset({0x30, 0x31, 0x32, 0xF5})
LANGUAGES = {0x26: "cp866", 0x65: "cp866", 0x57: "windows-1251", 0xC9: "windows-1251"}
SAMPLE = 1024**2
DELETED = 0x2A
JULIAN = date(1970, 1, 1).toordinal() - 2440588
MEMO_BLOCK, LARGEST_MEMO = 512, 64 * 1024


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    length: int


class DbfTable:
    """`memo` opens the .dbt or .fpt beside the table, when there is one."""

    first_row = 2

    def __init__(self, open_table: Opener, memo: IO[bytes] | None = None) -> None:
        self._open, self._memo = open_table, memo
        with open_table() as stream:
            self._version, self._count, self._start, self._length, language = _read_header(stream)
            self.fields = _read_fields(stream, self._start)
            sample = stream.read(SAMPLE)
        if sum(field.length for field in self.fields) + 1 > self._length:
            raise BadTable("заголовок DBF не читается")
        self.encoding = choose_encoding(sample, LANGUAGES.get(language, ""))
        self.header = [field.name.lower() for field in self.fields]

    def read_rows(self) -> Iterator[Row]:
        with self._open() as stream:
            stream.read(self._start)
            for number in range(self._count):
                record = stream.read(self._length)
                if len(record) < self._length:
                    raise BadTable(f"файл обрезан: записей {number}, а в заголовке {self._count}")
                yield None if record[0] == DELETED else self._read_record(record)

    def _read_record(self, record: bytes) -> list[Cell]:
        cells: list[Cell] = []
        place = 1
        for field in self.fields:
            cells.append(self._read_cell(field, record[place : place + field.length]))
            place += field.length
        return cells

    def _read_cell(self, field: Field, raw: bytes) -> Cell:
        if field.kind == "C":
            return self._decode(raw)
        if field.kind in "NF":
            return _read_number(raw)
        if field.kind == "D":
            return _read_day(raw)
        if field.kind == "L":
            return {b"T": True, b"Y": True, b"F": False, b"N": False}.get(raw.upper())
        if field.kind == "M":
            return self._decode(self._read_memo(raw))
        if field.kind in "I+" and len(raw) == 4:
            return int.from_bytes(raw, "little", signed=True)
        if field.kind == "Y" and len(raw) == 8:
            return Decimal(int.from_bytes(raw, "little", signed=True)).scaleb(-4)
        if ((field.kind == "B" and self._version in FOXPRO) or field.kind == "O") and len(raw) == 8:
            return float(struct.unpack("<d", raw)[0])
        if field.kind in "T@" and len(raw) == 8:
            return _read_moment(raw)
        return None if field.kind == "0" else Fault(f"поле вида {field.kind} не читается", "")

    def _decode(self, raw: bytes) -> str:
        return raw.rstrip(b"\x00 ").decode(self.encoding, errors="replace")

    def _read_memo(self, raw: bytes) -> bytes:
        digits = raw.strip(b"\x00 ")
        block = int.from_bytes(raw, "little") if len(raw) == 4 else int(digits) if digits.isdigit() else 0
        if not block:
            return b""
        if self._memo is None:
            raise BadTable("рядом нет файла с примечаниями .dbt или .fpt")
        return read_memo(self._memo, block, is_foxpro=self._version in FOXPRO, is_third=self._version in (0x03, 0x83))


def read_memo(memo: IO[bytes], block: int, *, is_foxpro: bool, is_third: bool) -> bytes:
    """The text of a memo by the number of its block."""
    memo.seek(0)
    head = memo.read(MEMO_BLOCK)
    if is_foxpro:
        memo.seek(block * (int.from_bytes(head[6:8], "big") or MEMO_BLOCK))
        length = int.from_bytes(memo.read(8)[4:], "big")
        return memo.read(min(length, LARGEST_MEMO))
    memo.seek(block * (MEMO_BLOCK if is_third else int.from_bytes(head[20:22], "little") or MEMO_BLOCK))
    begin = memo.read(8)
    if begin[:4] == b"\xff\xff\x08\x00":
        return memo.read(min(max(int.from_bytes(begin[4:], "little") - 8, 0), LARGEST_MEMO))
    return (begin + memo.read(LARGEST_MEMO)).partition(b"\x1a")[0]


def choose_encoding(sample: bytes, said: str) -> str:
    """cp866 puts most letters where windows-1251 has signs nobody uses, and the other way round."""
    dos = sum(sample.count(bytes([code])) for code in range(0x80, 0xB0))
    windows = sum(sample.count(bytes([code])) for code in (*range(0xC0, 0xE0), *range(0xF0, 0x100)))
    if dos + windows >= 10 and max(dos, windows) >= 3 * min(dos, windows):
        return "cp866" if dos > windows else "windows-1251"
    return said or ("cp866" if dos >= windows else "windows-1251")


def _read_header(stream: IO[bytes]) -> tuple[int, int, int, int, int]:
    raw = stream.read(HEADER.size)
    if len(raw) < HEADER.size or raw[0] not in VERSIONS:
        raise BadTable("это не таблица DBF")
    version, _, _, _, count, start, length = HEADER.unpack(raw)
    if raw[15]:
        raise BadTable("таблица DBF зашифрована")
    if start <= HEADER.size or length < 2:
        raise BadTable("заголовок DBF не читается")
    return version, count, start, length, raw[29]


def _read_fields(stream: IO[bytes], start: int) -> list[Field]:
    raw = stream.read(start - HEADER.size)
    fields = []
    for place in range(0, len(raw) - FIELD.size + 1, FIELD.size):
        if raw[place] == 0x0D:
            break
        name, kind, length, decimals = FIELD.unpack_from(raw, place)
        width = length + 256 * decimals if kind == b"C" else length
        fields.append(
            Field(name.partition(b"\x00")[0].decode("ascii", "replace").strip(), kind.decode("latin-1"), width)
        )
    if not fields:
        raise BadTable("в таблице DBF нет полей")
    return fields


def _read_number(raw: bytes) -> Cell:
    text = raw.strip(b"\x00 ").decode("ascii", errors="replace").replace(",", ".")
    if not text:
        return None
    if "*" in text:
        return Fault("число не поместилось в поле DBF", text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return Fault("не число", text)


def _read_day(raw: bytes) -> Cell:
    text = raw.decode("ascii", errors="replace")
    if not text.strip("\x00 0"):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return Fault("такой даты нет", text)


def _read_moment(raw: bytes) -> Cell:
    days, milliseconds = struct.unpack("<LL", raw)
    if not days:
        return None
    try:
        midnight = datetime.combine(date.fromordinal(days + JULIAN), datetime.min.time())
    except (ValueError, OverflowError):
        return Fault("такой даты нет", str(days))
    return midnight + timedelta(milliseconds=milliseconds)
