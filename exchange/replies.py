"""What the billing system says of a batch: a file `receipt;status;reason`, one line for each receipt.

Read with the tolerance registries are read with: encodings, delimiters, quotes.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from exchange import values
from exchange.layouts import Column, Layout
from exchange.packages import UnreadablePackage
from exchange.progress import Progress
from exchange.pump import LineReader, PackageHeld, read_dialect
from exchange.rejects import Reject, Rejects

ACKNOWLEDGED, REFUSED = "acknowledged", "refused"
LAYOUT = Layout(
    "reply.csv",
    (
        Column("receipt", values.text(20), required=True),
        Column("status", values.choice(ACKNOWLEDGED, REFUSED), required=True),
        Column("reason", values.text(300)),
    ),
    key=("receipt",),
)


@dataclass(frozen=True)
class Answer:
    line: int
    receipt: str
    is_refused: bool
    reason: str


@dataclass(frozen=True)
class Reply:
    answers: list[Answer]
    rejects: list[Reject]


class _OneFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with self._path.open("rb") as stream:
            yield stream


class _Collected:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> Any:
        self.parts.append(data)


def read_reply(path: Path) -> Reply:
    """Answers by line, and the lines that cannot be read. Raises `UnreadablePackage`."""
    rejects, collected = Rejects(), _Collected()
    file = _OneFile(path)
    try:
        reader = LineReader(LAYOUT, read_dialect(file, LAYOUT), rejects, Progress())
        with file.open(LAYOUT.file) as stream:
            stream.read(reader.dialect.skip)
            reader.pump(stream, collected)
    except (OSError, PackageHeld) as error:
        raise UnreadablePackage(str(error) if isinstance(error, PackageHeld) else "Файл не открывается.") from error
    names = [column.name for _, column in reader.columns]
    answers: list[Answer] = []
    text = io.StringIO(b"".join(collected.parts).decode(), newline="\n")
    for row, cells in enumerate(csv.reader(text, delimiter=reader.dialect.delimiter), start=1):
        found = dict(zip(names, cells, strict=True))
        line = reader.staged.lines.line_of(row)
        is_refused, reason = found["status"] == REFUSED, found.get("reason", "")
        if is_refused and not reason:
            rejects.add(Reject(LAYOUT.file, line, "reason", "", "не сказано, почему не принято"))
            continue
        answers.append(Answer(line, found["receipt"], is_refused, reason if is_refused else ""))
    return Reply(answers, sorted(rejects.kept, key=lambda reject: reject.line))
