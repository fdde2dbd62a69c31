"""From a file of a package to a typed table in the staging room, in blocks: memory does not grow with the file.

Lines in canonical form are recognised many at a time by one regular expression and go to `COPY` as they
are; a line it stops at is parsed cell by cell, and goes on in canonical form or to the rejects.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any, Protocol

from exchange.dialects import BLOCK, Dialect, detect_delimiter, detect_encoding, split_line
from exchange.layouts import Layout
from exchange.progress import Progress
from exchange.rejects import LineNumbers, Reject, Rejects
from exchange.standing import StandingRows, Walk, find_standing
from exchange.values import FAULT, BadValue, has_odd_signs, read_number, split_fault

LONGEST_LINE = 64 * 1024
MOST_LINES = 16
"""Of the file, in one row of it: addresses and reasons are typed with line breaks in them."""


class PackageHeld(Exception):
    """The package as a whole must not be applied. The message says why, in Russian.

    With a `code`, staff may let it in all the same.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Writes(Protocol):
    def write(self, data: bytes) -> Any: ...


class Opens(Protocol):
    def open(self, name: str) -> AbstractContextManager[IO[bytes]]: ...


@dataclass
class Staged:
    """A file as it stands in the staging room: of its `rows` those are not there that were found `standing`."""

    layout: Layout
    columns: frozenset[str]
    unknown_columns: tuple[str, ...]
    rows: int = 0
    standing: int = 0
    stood: StandingRows | None = None
    lines: LineNumbers = field(default_factory=LineNumbers)
    rejected_sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    notes: tuple[str, ...] = ()


def read_dialect(package: Opens, layout: Layout) -> Dialect:
    with package.open(layout.file) as stream:
        encoding, is_sound, skip = detect_encoding(stream)
    if encoding == "utf-16":
        raise PackageHeld(f"{layout.file}: кодировка UTF-16, нужна UTF-8 или windows-1251.")
    with package.open(layout.file) as stream:
        stream.read(skip)
        first_line = stream.readline(LONGEST_LINE).decode(encoding, errors="replace").strip("\r\n")
    delimiter, header = detect_delimiter(first_line, layout.by_name)
    missing = [column.name for column in layout.columns if column.required and column.name not in header]
    if missing:
        raise PackageHeld(f"{layout.file}: нет столбца {', '.join(missing)}.")
    doubled = [name for name in layout.by_name if header.count(name) > 1]
    if doubled:
        raise PackageHeld(f"{layout.file}: столбец {', '.join(doubled)} назван дважды.")
    return Dialect(encoding, is_sound, delimiter, header, skip)


class LineReader:
    """Knows the columns of one file in the order of its header."""

    def __init__(self, layout: Layout, dialect: Dialect, rejects: Rejects, progress: Progress) -> None:
        known = layout.by_name
        self.progress = progress
        self.layout = layout
        self.dialect = dialect
        self.rejects = rejects
        self.width = len(dialect.header)
        self.columns = [(place, known[name]) for place, name in enumerate(dialect.header) if name in known]
        self.staged = Staged(
            layout,
            columns=frozenset(column.name for _, column in self.columns),
            unknown_columns=tuple(name for name in dialect.header if name and name not in known),
        )
        self.is_plain = len(self.columns) == self.width
        self._rest_of_line = self.dialect.delimiter.encode() * len(layout.derived) + b"\n"
        self.canonical = re.compile(self._canonical_lines())
        self._numbers = [(place, column) for place, column in self.columns if column.kind.sql_type == "numeric"]

    @property
    def copy_statement(self) -> str:
        names = [column.name for _, column in self.columns] + [f"said_{name}" for name in self.layout.derived]
        texts = [column.name for _, column in self.columns if column.kind.is_text]
        delimiter = "E'\\t'" if self.dialect.delimiter == "\t" else f"'{self.dialect.delimiter}'"
        return (
            f"COPY {self.layout.stage} ({', '.join(names)}) FROM STDIN "
            f"(FORMAT csv, DELIMITER {delimiter}, FORCE_NOT_NULL ({', '.join(texts)}))"
        )

    def _canonical_lines(self) -> bytes:
        if not self.is_plain:
            return rb"(?!)"
        delimiter = re.escape(self.dialect.delimiter.encode())
        cells = []
        sources = {derived.source: derived.pattern for derived in self.layout.derived.values()}
        for _, column in self.columns:
            pattern = sources.get(column.name, column.kind.pattern).replace(b"%s", delimiter)
            cells.append(rb"(?:" + pattern + (rb")" if column.needs_value else rb"|)"))
        # Greedy, not possessive: Python before 3.11.5 loses its place after a possessive group that failed.
        return rb"(?:" + delimiter.join(cells) + rb"\n)*"

    def pump(self, stream: IO[bytes], copy: Writes) -> None:
        self.begin(stream)
        self.pass_on(copy)

    def begin(self, stream: IO[bytes]) -> None:
        """Reads the header and the first block."""
        self.progress.read(len(stream.readline()))
        self._line, self._row = 2, 1
        self._source = self._blocks(stream)
        self._take_block()

    def _take_block(self) -> bool:
        self.block, self._is_clean = next(self._source, (b"", False))
        self._place = 0
        return bool(self.block)

    def leave_out_standing(self, supplier_code: str, differing: Writes) -> None:
        """Reads on as long as the file says what stands; the lines that do not are written to `differing`."""
        found = find_standing(self.layout, self.dialect, self.block, supplier_code) if self.is_plain else None
        if found is None:
            return
        with found.open_lines() as lines:
            walk = Walk(lines)
            self._walk_beside(walk, differing)
            following = walk.get_next()
        found.note_end(walk, following)
        self.staged.stood = found

    def _walk_beside(self, walk: Walk, differing: Writes) -> None:
        """Passes on what differs from what stands, until the file ends or is no more like it."""
        while not walk.is_over and (self._place < len(self.block) or self._take_block()):
            end = walk.match(self.block, self._place)
            count = self.block.count(b"\n", self._place, end)
            self._line, self._place = self._line + count, end
            self.staged.rows += count
            self.staged.standing += count
            walk.bring_in(count)
            if end < len(self.block):
                self._pass_on(walk.catch_up(self.block, end), differing)

    def pass_on(self, copy: Writes) -> None:
        """What remains of the file, in canonical form."""
        while self._place < len(self.block) or self._take_block():
            self._pass_on(len(self.block), copy)

    def _pass_on(self, end: int, copy: Writes) -> None:
        """Of the block, to its end; a line that is cut there is passed on whole."""
        block, place, line, row = self.block, self._place, self._line, self._row
        numbers = self.staged.lines
        pieces: list[bytes] = []  # written together: among bad lines they would be small
        while place < end:
            found = self.canonical.match(block, place, end) if self._is_clean else None
            if found and found.end() > place:
                whole = block[place : found.end()]
                pieces.append(whole.replace(b"\n", self._rest_of_line) if self.layout.derived else whole)
                count = block.count(b"\n", place, found.end())
                numbers.note(row, line)
                line, row, place = line + count, row + count, found.end()
                self.staged.rows += count
                continue
            raw, stop, lines = self._take_record(block, place)
            cells = self._read_line(raw, line)
            if cells is not None:
                pieces.append(cells)
                numbers.note(row, line)
                row += 1
            line, place = line + lines, stop + 1
        if pieces:
            copy.write(b"".join(pieces))
        self._place, self._line, self._row = place, line, row

    def _take_record(self, block: bytes, place: int) -> tuple[bytes, int, int]:
        """The next line, where it stops, and of how many lines of the file it is made.

        A quoted cell may hold line breaks, which become spaces. A quote that is never closed costs its own line alone.
        """
        first = stop = block.index(b"\n", place)
        is_open = block.count(b'"', place, stop) % 2 == 1
        for lines in range(2, MOST_LINES + 1):
            if not is_open or stop + 1 == len(block) or stop - place > LONGEST_LINE:
                break
            former, stop = stop, block.index(b"\n", stop + 1)
            if block.count(b'"', former, stop) % 2 == 1:
                record = block[place:stop].replace(b"\n", b" ")
                if self._has_all_cells(record):
                    return record, stop, lines
                break
        return block[place:first], first, 1

    def _has_all_cells(self, record: bytes) -> bool:
        try:
            return len(split_line(record.decode(errors="replace"), self.dialect.delimiter)) == self.width
        except csv.Error:
            return False

    def _blocks(self, stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
        """Whole lines in UTF-8, each ending in a line feed, and whether the patterns know all their signs."""
        while block := stream.read(BLOCK):
            self.progress.read(len(block))
            if not block.endswith(b"\n"):
                block += stream.readline(LONGEST_LINE)
            for _ in range(MOST_LINES):
                # A cell with line breaks is not torn apart by the end of a block.
                if block.count(b'"') % 2 == 0 or not (following := stream.readline(LONGEST_LINE)):
                    break
                self.progress.read(len(following))
                block += following
            if not block.endswith(b"\n"):
                block += b"\n"
            is_sound = self.dialect.is_sound
            if not is_sound:
                decoded = block.decode(self.dialect.encoding, errors="replace")
                block, is_sound = decoded.encode(), "\ufffd" not in decoded
            yield block.replace(b"\r\n", b"\n"), is_sound and not has_odd_signs(block)

    def _read_line(self, raw: bytes, line: int) -> bytes | None:
        """The canonical form of one line; None for a blank or a refused one."""
        if not raw.strip():
            return None
        self.staged.rows += 1
        try:
            if len(raw) > LONGEST_LINE:
                raise BadValue("строка слишком длинная")
            cells = split_line(raw.decode(errors="replace").replace("\x00", "\ufffd"), self.dialect.delimiter)
        except (csv.Error, BadValue) as error:
            reason = str(error) if isinstance(error, BadValue) else "кавычки не закрыты или стоят не на месте"
            self._refuse(line, "", raw.decode(errors="replace"), reason)
            return None
        if len(cells) < self.width or any(cells[self.width :]):
            self._refuse(line, "", "", f"столбцов {len(cells)}, а в заголовке {self.width}")
            self._add_to_rejected_sums(cells)
            return None
        return self._read_cells(cells, line)

    def _read_cells(self, cells: list[str], line: int) -> bytes | None:
        canonical: dict[str, str] = {}
        for place, column in self.columns:
            value = shown = cells[place]
            try:
                if value.startswith(FAULT):
                    reason, shown = split_fault(value)
                    raise BadValue(reason or "управляющие знаки")
                if value:
                    value = column.kind.parse(value)
                elif column.needs_value:
                    raise BadValue("пусто")
            except BadValue as error:
                self._refuse(line, column.name, shown, str(error))
                self._add_to_rejected_sums(cells)
                return None
            canonical[column.name] = value
        delimiter = self.dialect.delimiter
        written = [_quote(value, delimiter) for value in canonical.values()]
        for derived in self.layout.derived.values():
            source = canonical.get(derived.source)
            # In quotes it is said, even if it is empty; without, the server works it out.
            written.append(_put_in_quotes(derived.rule(source)[:40]) if source else "")
        return (delimiter.join(written) + "\n").encode()

    def _refuse(self, line: int, column: str, value: str, reason: str) -> None:
        value = value.replace("\x00", "\ufffd")
        self.rejects.add(Reject(self.layout.file, line, column, value[:200], reason[:200]))

    def _add_to_rejected_sums(self, cells: list[str]) -> None:
        """The sender counted the refused rows too."""
        for place, column in self._numbers:
            try:
                self.staged.rejected_sums[column.name] += read_number(cells[place]) if cells[place] else 0
            except (BadValue, IndexError):
                continue


def _quote(value: str, delimiter: str) -> str:
    return _put_in_quotes(value) if '"' in value or delimiter in value else value


def _put_in_quotes(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
