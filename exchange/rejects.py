"""Rows of a package that were not taken, and why."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

# Every refused row is counted; of each file so many are kept to be shown.
MOST_KEPT = 10_000


@dataclass(frozen=True)
class Reject:
    file: str
    line: int
    column: str
    value: str
    reason: str


@dataclass
class Rejects:
    kept: list[Reject] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tell_place: Callable[[str, int], tuple[str, int]] = lambda file, line: (file, line)

    def list_told(self) -> Iterator[Reject]:
        """Each by the file, sheet or record that who made the package knows."""
        for reject in self.kept:
            file, line = self.tell_place(reject.file, reject.line)
            yield replace(reject, file=file, line=line)

    def add(self, reject: Reject) -> None:
        self.counts[reject.file] += 1
        if self.counts[reject.file] <= MOST_KEPT:
            self.kept.append(reject)

    def add_uncounted(self, file: str, number: int) -> None:
        """Rows refused by a statement beyond those it returned."""
        self.counts[file] += number


class LineNumbers:
    """From the number of a staged row to its line in the file: refused and blank lines shift it."""

    def __init__(self) -> None:
        self._rows, self._shifts = array("q", [0]), array("q", [0])

    def note(self, row: int, line: int) -> None:
        if line - row != self._shifts[-1]:
            self._rows.append(row)
            self._shifts.append(line - row)

    def line_of(self, row: int) -> int:
        return row + self._shifts[bisect_right(self._rows, row) - 1]
