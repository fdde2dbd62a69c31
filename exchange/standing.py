# ruff: noqa: S608 (names of tables and columns are constants of the code and names the catalogue gives)
"""A file that was sent before is read beside the rows that stand: a line that says what stands is not staged at all.

The rows of the partition where the first line stands are written as lines in the order they came in, and both streams
are walked through together, many lines at a time. Only lines that are not among those that stand go on to the staging
room, where nothing is taken for granted: a file in another order or another form merely is read without this.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from select import POLLIN, poll
from typing import Any

from django.db import connection, transaction
from psycopg import Copy
from psycopg.abc import Buffer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from billing.models import Supplier
from exchange.dialects import Dialect, split_line
from exchange.layouts import BILLS, PAYMENTS, Layout

LEAST_BYTES = 64 * 1024
"""Of a file, from which on this is worth the beginning."""
FIRST_LINES = 5
WINDOW = 32 * 1024
ROWS = 500
NEAR, FAR = 32, 1024
"""How many lines ahead the place is looked for where both streams go on together."""
CREDIT = 4 * FAR
PRICE = 8
"""One line that differs costs as much as this many that stand bring in. Who has no credit left reads plainly on."""
MOST_PASSED = 20_000

OF_ACCOUNTS = "t.account_id, t.id"


@dataclass(frozen=True)
class Shape:
    """How a standing row `t` of `table` is written as a line: SQL of each column; `key` is a column of both.

    Lines of one file agree in `common`, a column of the table, if one is named.
    """

    table: str
    key: str
    columns: dict[str, str]
    common: str = ""


def _same(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


SHAPES = {
    BILLS.file: Shape(
        "billing_bill",
        "number",
        {"account": "account.number", "period": "left(t.period::text, 7)", "document_id": "nullif(t.document_id, '')"}
        | _same("number", "issued_on", "due_on")
        | _same("opening_balance", "charged", "recalculated", "penalty", "paid", "amount_due"),
        common="period",
    ),
    PAYMENTS.file: Shape(
        "billing_payment",
        "document",
        {"account": "account.number", "agent": "nullif(t.agent, '')"}
        | _same("paid_on", "posted_on", "amount", "document"),
    ),
}


class _LeftBefore(Exception):
    """The rows that stand are read no further."""


class Walk:
    """Through the lines of a file and the lines that stand, side by side. Pure: it knows neither file nor database."""

    def __init__(self, standing: Iterator[Buffer]) -> None:
        self._standing = standing
        self._ahead, self._at = b"", 0
        self._credit = CREDIT * PRICE
        self.passed: list[bytes] = []
        self.is_over = False

    def match(self, block: bytes, place: int) -> int:
        """The end of the lines from `place` on that are the next that stand."""
        while place < len(block) and (self._at < len(self._ahead) or self._read_on()):
            size = min(len(block) - place, len(self._ahead) - self._at, WINDOW)
            same = _measure_same(block[place : place + size], self._ahead[self._at : self._at + size])
            place, self._at = place + same, self._at + same
            if same < size:
                line = block.rfind(b"\n", 0, place) + 1
                self._at -= place - line
                return line
        return place

    def catch_up(self, block: bytes, place: int) -> int:
        """The end of the lines from `place` on that do not stand; what stands and is not there is passed."""
        for reach in (NEAR, FAR):
            mine = _take_lines(block, place, reach)
            standing = self._look_ahead(reach)
            where = {line: number for number, line in reversed(list(enumerate(standing)))}
            met = min(((i + where[line], i) for i, line in enumerate(mine) if line in where), default=None)
            if met or max(len(mine), len(standing)) < reach:
                break
        count = met[1] if met else len(mine)
        passed = standing[: met[0] - met[1] if met else count]
        self.passed += passed
        self._at += sum(map(len, passed))
        self._credit -= PRICE * (count + len(passed) + 1)
        self.is_over = self._credit < 0 or len(self.passed) > MOST_PASSED or not standing
        return place + sum(map(len, mine[:count]))

    def bring_in(self, count: int) -> None:
        self._credit = min(self._credit + count, CREDIT * PRICE)

    def get_next(self) -> bytes:
        """The next line that stands, or nothing."""
        return next(iter(self._look_ahead(1)), b"")

    def _look_ahead(self, count: int) -> list[bytes]:
        while self._ahead.count(b"\n", self._at) < count and self._read_on():
            continue
        return _take_lines(self._ahead, self._at, count)

    def _read_on(self) -> bool:
        more = b"".join(islice(self._standing, ROWS))
        self._ahead, self._at = self._ahead[self._at :] + more, 0
        return bool(more)


def _measure_same(left: bytes, right: bytes) -> int:
    """How many bytes two pieces of one length have in common at their beginnings."""
    if left == right:
        return len(left)
    low, high = 0, len(left)
    while low < high - 1:
        middle = (low + high) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _take_lines(block: bytes, place: int, count: int) -> list[bytes]:
    lines: list[bytes] = []
    while place < len(block) and len(lines) < count:
        end = block.index(b"\n", place) + 1
        lines.append(block[place:end])
        place = end
    return lines


@dataclass
class StandingRows:
    """The rows of `partition` from the first line of the file on: `among` is SQL true of those that were walked by."""

    layout: Layout
    dialect: Dialect
    partition: str
    order: str
    among: str
    passed: list[dict[str, str]] = field(default_factory=list)

    @property
    def shape(self) -> Shape:
        return SHAPES[self.layout.file]

    @contextmanager
    def open_lines(self) -> Iterator[Iterator[Buffer]]:
        """They are written in the order they came in. Who leaves before the end leaves nothing behind."""
        columns = ", ".join(f"{self.shape.columns[name]} AS {name}" for name in self.dialect.header)
        delimiter = "E'\\t'" if self.dialect.delimiter == "\t" else f"'{self.dialect.delimiter}'"
        statement = (
            f"COPY (SELECT {columns} FROM {self.partition} t "
            f"JOIN billing_personalaccount account ON account.id = t.account_id "
            f"WHERE {self.among} ORDER BY {self.order}) TO STDOUT (FORMAT csv, DELIMITER {delimiter})"
        )
        with suppress(_LeftBefore), transaction.atomic(), connection.cursor() as cursor:
            if self.order == OF_ACCOUNTS:  # by its index from the first row on, instead of all of them at last
                cursor.execute("SET LOCAL enable_hashjoin = off")
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                yield _read_rows(copy)
                raise _LeftBefore

    def note_end(self, walk: Walk, following: bytes) -> None:
        """`following` is the next line that was not walked by, if there is one."""
        self.passed = [self._read(line) for line in walk.passed]
        if following:
            bound = _find_place(
                self.shape, self.partition, self.order, self.among, self._read(following)[self.shape.key]
            )
            self.among += f" AND ({self.order}) < {bound}"

    def _read(self, line: bytes) -> dict[str, str]:
        (cells,) = csv.reader([line.decode()], delimiter=self.dialect.delimiter, strict=True)
        return dict(zip(self.dialect.header, cells, strict=True))

    def get_sum(self, column: str) -> Decimal:
        """Of a column of the lines that were found standing."""
        (total,) = _fetch(f"SELECT coalesce(sum(t.{column}), 0) FROM {self.partition} t WHERE {self.among}")[0]
        return Decimal(total) - sum(Decimal(row[column] or 0) for row in self.passed)


def _read_rows(copy: Copy) -> Iterator[Buffer]:
    """As `iter(copy)`, which takes longer for a row than all else that is done with it."""
    server = copy.connection.pgconn
    readable = poll()
    readable.register(server.socket, POLLIN)
    while True:
        size, row = server.get_copy_data(1)
        while size > 0:
            yield row
            size, row = server.get_copy_data(1)
        if size < 0:
            break
        readable.poll()
        server.consume_input()
    while (result := server.get_result()) is not None:
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)


def find_standing(layout: Layout, dialect: Dialect, block: bytes, supplier_code: str) -> StandingRows | None:
    """Where one of the first lines of a file stands, if any does. `block` is the beginning of the file."""
    shape = SHAPES.get(layout.file)
    supplier = Supplier.objects.filter(code=supplier_code).first()
    if shape is None or supplier is None or len(block) < LEAST_BYTES:
        return None
    of_supplier = f"t.supplier_id = {supplier.pk:d}"
    place = dialect.header.index(shape.key)
    for line in _take_lines(block, 0, FIRST_LINES):
        if (key := _read_cell(line, dialect, place)) is None:
            continue
        found = _fetch(
            f"SELECT t.tableoid::regclass::text, {f't.{shape.common}::text' if shape.common else 'NULL'} "
            f"FROM {shape.table} t WHERE {of_supplier} AND t.{shape.key} = %s",
            [key],
        )
        if len(found) == 1:
            partition, common = found[0]
            among = of_supplier + (f" AND t.{shape.common} = '{common}'" if shape.common else "")
            order = _get_order(partition)
            bound = _find_place(shape, partition, order, among, key)
            return StandingRows(layout, dialect, partition, order, f"{among} AND ({order}) >= {bound}")
    return None


def _read_cell(line: bytes, dialect: Dialect, place: int) -> str | None:
    try:
        cells = split_line(line.decode(errors="replace").replace("\x00", "").rstrip("\n"), dialect.delimiter)
    except csv.Error:
        return None
    return cells[place] if place < len(cells) else None


def _get_order(partition: str) -> str:
    """Ids are given in the order of lines. Where it is that of the accounts too, nothing needs to be sorted."""
    ((both,),) = _fetch(
        "SELECT count(*) FROM pg_stats s JOIN pg_class c ON c.relname = s.tablename "
        "AND c.relnamespace = s.schemaname::regnamespace WHERE c.oid = %s::regclass "
        "AND s.attname IN ('account_id', 'id') AND s.correlation > 0.9999",
        [partition],
    )
    return OF_ACCOUNTS if both == 2 else "t.id"


def _find_place(shape: Shape, partition: str, order: str, among: str, key: str) -> str:
    """Of the row with this key, as SQL."""
    (found,) = _fetch(f"SELECT {order} FROM {partition} t WHERE {among} AND t.{shape.key} = %s", [key])
    return f"({', '.join(str(int(number)) for number in found)})"


def _fetch(statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
