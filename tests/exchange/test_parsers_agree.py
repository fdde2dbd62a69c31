"""Whatever a line holds: the fast path takes only what the slow path would write just so, and neither breaks."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import IO, Any

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange import values
from exchange.dialects import Dialect, detect_delimiter, detect_encoding, split_line
from exchange.layouts import LAYOUTS, METERS, PERSONAL_ACCOUNTS, Derived, Layout
from exchange.progress import Progress
from exchange.pump import LineReader, read_dialect
from exchange.rejects import Rejects
from exchange.values import BadValue, Kind

COLUMNS = {f"{layout.file} {column.name}": column.kind for layout in LAYOUTS for column in layout.columns}
KINDS = {name: kind for kind, name in {kind: name for name, kind in COLUMNS.items() if kind.pattern != b"(?!)"}.items()}
DAYS = st.dates(date(1890, 1, 1), date(2110, 12, 31))
NUMBERS = st.decimals(-(10**13), 10**13, places=4, allow_nan=False, allow_infinity=False)
MESSY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=50),
    st.text(alphabet='0123456789.,-+ \u00a0;"eE', max_size=20),
    DAYS.map(date.isoformat),
    DAYS.map(lambda day: f"{day:%d.%m.%Y}"),
    st.from_regex(r"\d{4}-\d\d-\d\d", fullmatch=True),
    NUMBERS.map(str),
    NUMBERS.map(lambda number: f"{number:,}".replace(",", " ").replace(".", ",")),
    st.sampled_from(
        ["actual", "ESTIMATED", "norm", "electricity", "active", "", " ", "2026-02-29", "2024-02-29", "1e5"]
    ),
)


class _Collected:
    def __init__(self) -> None:
        self.lines = b""

    def write(self, data: bytes) -> Any:
        self.lines += data


class _File:
    def __init__(self, content: bytes) -> None:
        self.content = content

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        yield io.BytesIO(self.content)


def read(
    layout: Layout, content: bytes, *, is_sound: bool = True, fast: bool = True
) -> tuple[list[list[str]], list[Any]]:
    """The rows that would be copied, cell by cell, and the rejects."""
    rejects, collected = Rejects(), _Collected()
    header = tuple(column.name for column in layout.columns)
    reader = LineReader(layout, Dialect("utf-8", is_sound, ";", header), rejects, Progress())
    if not fast:
        reader.canonical = re.compile(rb"(?!)")
    reader.pump(io.BytesIO(";".join(header).encode() + b"\n" + content), collected)
    rows = list(csv.reader(io.StringIO(collected.lines.decode(), newline=""), delimiter=";", strict=True))
    return rows, [(row.line, row.column, row.value, row.reason) for row in rejects.kept]


def same(layout: Layout, left: list[list[str]], right: list[list[str]]) -> bool:
    """Equal as the typed table reads them: `1.5` and `1.5000` are one number."""
    kinds = [column.kind for column in layout.columns]

    def tidy(row: list[str]) -> list[Any]:
        return [
            Decimal(cell) if cell and kind.sql_type == "numeric" else cell
            for cell, kind in zip(row, kinds, strict=False)
        ]

    return [tidy(row) for row in left] == [tidy(row) for row in right]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.file)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_both_paths_read_the_same_lines(layout: Layout, data: st.DataObject) -> None:
    cells = [st.one_of(_canonical(column.kind), MESSY) for column in layout.columns]
    lines = data.draw(st.lists(st.tuples(*cells), max_size=8))
    content = "\n".join([*(";".join(line) for line in lines), ""]).encode()

    fast_rows, fast_rejects = read(layout, content)
    slow_rows, slow_rejects = read(layout, content, fast=False)

    assert same(layout, fast_rows, slow_rows)
    assert fast_rejects == slow_rejects


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.file)
@given(content=st.binary(max_size=400))
@example(content=b"\x00" * 40 + b"\n")
@example(content=b'";";";\n"\n')
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_rows_or_rejects(layout: Layout, content: bytes) -> None:
    encoding, is_sound, skip = detect_encoding(io.BytesIO(content))
    if encoding == "utf-16":
        return
    lines = content[skip:].decode(encoding, errors="replace").encode()

    fast_rows, fast_rejects = read(layout, lines, is_sound=is_sound)
    slow_rows, slow_rejects = read(layout, lines, is_sound=is_sound, fast=False)

    assert same(layout, fast_rows, slow_rows)
    assert fast_rejects == slow_rejects
    for row in fast_rows:
        assert len(row) == len(layout.columns) + len(layout.derived)
        assert "\x00" not in "".join(row)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(value=MESSY)
@settings(max_examples=40, deadline=None)
def test_what_the_pattern_takes_the_parser_takes_as_it_is(kind: Kind, value: str) -> None:
    pattern = re.compile(kind.pattern.replace(b"%s", b";"))
    if not pattern.fullmatch(value.encode()) or values.has_odd_signs(value.encode()):
        return
    assert _equal(kind, kind.parse(value), value)


@pytest.mark.parametrize("kind", COLUMNS.values(), ids=COLUMNS)
@given(value=MESSY)
@settings(max_examples=20, deadline=None)
def test_a_parser_gives_what_it_would_take_again_or_says_why_not(kind: Kind, value: str) -> None:
    try:
        parsed = kind.parse(value.strip())
    except BadValue:
        return
    assert kind.parse(parsed) == parsed


@pytest.mark.django_db
@pytest.mark.parametrize("derived", [*PERSONAL_ACCOUNTS.derived.values(), *METERS.derived.values()])
def test_the_server_works_out_what_the_rule_does(derived: Derived) -> None:
    parts = ["0", "00", "018", "9", "\\", "/", "-", ".", "7-7", "12345678901234567890"]
    texts = ["".join(drawn) for drawn in product(parts, ["", *parts], ["", *parts])]
    sources = [text for text in texts if re.fullmatch(derived.pattern, text.encode())]

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {derived.sql} FROM unnest(%s::text[]) AS staged ({derived.source})", [[*sources, ""]])
        worked_out = [value for (value,) in cursor.fetchall()]

    assert worked_out == [*(derived.rule(source) for source in sources), ""]
    assert len(sources) > 100


@given(DAYS)
def test_every_day_is_read_however_it_is_written(day: date) -> None:
    written = [day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day.isoformat()} 00:00:00"]
    if 1900 <= day.year <= 2099:
        assert {values.read_date(text) for text in written} == {day.isoformat()}
    else:
        for text in written:
            with pytest.raises(BadValue):
                values.read_date(text)


@given(DAYS.filter(lambda day: 1900 <= day.year <= 2098), st.integers(1, 400))
def test_the_pattern_of_a_day_knows_the_calendar(day: date, later: int) -> None:
    pattern = re.compile(values.DATE.pattern)
    other = day + timedelta(days=later)
    assert pattern.fullmatch(other.isoformat().encode()) or (other.month, other.day) == (2, 29)
    for impossible in ("02-30", "02-31", "04-31", "06-31", "09-31", "11-31", "13-01", "00-10", "01-00", "01-32"):
        assert not pattern.fullmatch(f"{day.year}-{impossible}".encode())


@given(NUMBERS)
def test_every_number_is_read_however_it_is_written(number: Decimal) -> None:
    plain = f"{number:f}"
    grouped = f"{number:,f}"
    ways = {plain, plain.replace(".", ","), grouped.replace(",", " ").replace(".", ","), grouped.replace(",", "\u00a0")}

    assert {values.read_number(way) for way in ways} == {number}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), min_size=2, max_size=6))
def test_a_quoted_line_comes_apart_as_it_was_put_together(cells: list[str]) -> None:
    for delimiter in (";", ",", "\t"):
        line = delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)
        assert split_line(line, delimiter) == [cell.strip() for cell in cells]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.file)
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251"])
def test_a_header_tells_its_dialect(layout: Layout, delimiter: str, encoding: str) -> None:
    header = delimiter.join(column.name.upper() for column in layout.columns)
    content = f"{header}\r\n{delimiter.join(['Ёлка'] * len(layout.columns))}\r\n".encode(encoding)

    dialect = read_dialect(_File(content), layout)

    assert (dialect.delimiter, dialect.header) == (delimiter, tuple(column.name for column in layout.columns))
    assert dialect.encoding == encoding.removesuffix("-sig")
    assert detect_delimiter(header, layout.by_name)[0] == delimiter


def _canonical(kind: Kind) -> st.SearchStrategy[str]:
    """What this column holds in a package by the book."""
    if kind.sql_type == "date":
        return st.dates(date(1990, 1, 1), date(2030, 12, 31)).map(date.isoformat)
    if kind.sql_type == "numeric":
        return st.decimals(0, 10**6, places=2).map(str)
    if kind is values.MONTH:
        return st.sampled_from(["2026-10", "2026-13", "10.2026"])
    return st.sampled_from(["actual", "electricity", "resident", "Сбербанк", "018\\00000001", "R1", ""])


def _equal(kind: Kind, left: str, right: str) -> bool:
    return Decimal(left) == Decimal(right) if kind.sql_type == "numeric" else left == right
