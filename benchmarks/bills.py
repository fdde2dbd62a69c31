"""I1, I2 and rejects: registries of bills against plain `COPY` of as many rows, in turn.

`python -m benchmarks.bills 1000000`; 200 000 bills without a number. I1: bills of a new period, validated, indexed and
visible ÷ `COPY` of finished rows into a table with the same indexes. I2: the same package again ÷ `COPY` of the file
into an unlogged table without an index; rows written; and with one line of a thousand changed. Rejects: a package of
which 1 % of the rows is refused ÷ a clean one. Processor time is that of this process and of Postgres.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import imports
from benchmarks.figures import find_postmaster, get_cpu_ms, tell, tell_ratio
from benchmarks.packages import Shape
from exchange.models import ImportRun

Result = TypeVar("Result")
BILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
ROUNDS = 3


@dataclass
class Deed:
    """One thing that is done each round, and what it took."""

    words: str
    seconds: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)

    def measure(self, deed: Callable[[], tuple[float, Result]]) -> Result:
        client, server = time.process_time(), get_cpu_ms(postmaster)
        seconds, result = deed()
        self.seconds.append(seconds)
        self.client.append((time.process_time() - client) * 1000)
        self.server.append(get_cpu_ms(postmaster) - server)
        return result

    def take(self, package: Path) -> tuple[int, ImportRun]:
        """Rows of bills written, and the run."""
        before = imports.count_writes()
        run = self.measure(lambda: imports.take(package))
        return imports.count_writes() - before, run

    def tell(self) -> float:
        taken = tell(self.words, self.seconds, "s")
        print(f"  processor: client {median(self.client):.0f}, Postgres {median(self.server):.0f} ms")
        return taken


imports.make_accounts(BILLS)
clean = imports.write_bills("clean", Shape(BILLS))
messy = imports.write_bills("messy", Shape(BILLS, reject_share=0.01))
changed = imports.write_bills("changed", Shape(BILLS, change_share=0.001))
imports.take(clean)
finished = imports.write_finished_rows(imports.folder / "finished.csv")
postmaster = find_postmaster()
indexed, unlogged = Deed("COPY into an equally indexed table"), Deed("COPY into an unlogged table")
new, again = Deed("a new period"), Deed("the same again")
corrected, with_rejects = Deed("the same again, 0.1 % changed"), Deed("a new period with 1 % bad rows")
written, rewritten, rejected = 0, 0, 0
for _ in range(ROUNDS):
    indexed.measure(lambda: (imports.copy_indexed(finished), None))
    imports.forget_bills()
    new.take(clean)
    assert imports.count_bills() == BILLS
    unlogged.measure(lambda: (imports.copy_unlogged(clean), None))
    written = max(written, again.take(clean)[0])
    rewritten = max(rewritten, corrected.take(changed)[0])
    imports.forget_bills()
    rejected = with_rejects.take(messy)[1].counts["bills.csv"]["rejected"]
print(
    f"{BILLS:,} bills; rows written by the same package again: {written}, "
    f"by one with 0.1 % changed: {rewritten:,}; refused of the messy one: {rejected:,}"
)
raw, first, plain = indexed.tell(), new.tell(), unlogged.tell()
second, third, fourth = again.tell(), corrected.tell(), with_rejects.tell()
tell_ratio("1 % bad rows, speed ÷ clean", first / fourth, "≥ 0.95")
tell_ratio("I2 with 0.1 % changed", plain / third, "≥ 0.5")
tell_ratio("I2", plain / second, "≥ 0.5")
tell_ratio("I1", raw / first, "≥ 1.0")
