"""I1, I2 and rejects: registries of bills against plain `COPY` of as many rows, in turn.

`python -m benchmarks.bills 1000000`; 200 000 bills without a number. I1: bills of a new period, validated, indexed and
visible ÷ `COPY` of finished rows into a table with the same indexes. I2: the same package again ÷ `COPY` of the file
into an unlogged table without an index; rows written. Rejects: a package of which 1 % of the rows is refused ÷ a clean
one.
"""

import sys

from benchmarks import imports
from benchmarks.figures import tell, tell_ratio
from benchmarks.packages import Shape

BILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
ROUNDS = 3

imports.make_accounts(BILLS)
clean = imports.write_bills("clean", Shape(BILLS))
messy = imports.write_bills("messy", Shape(BILLS, reject_share=0.01))
imports.take(clean)
finished = imports.write_finished_rows(imports.folder / "finished.csv")
new, again, with_rejects, indexed, unlogged, written = [], [], [], [], [], []
for _ in range(ROUNDS):
    indexed.append(imports.copy_indexed(finished))
    imports.forget_bills()
    new.append(imports.take(clean)[0])
    assert imports.count_bills() == BILLS
    before = imports.count_writes()
    unlogged.append(imports.copy_unlogged(clean))
    again.append(imports.take(clean)[0])
    written.append(imports.count_writes() - before)
    imports.forget_bills()
    taken, run = imports.take(messy)
    with_rejects.append(taken)
rejected = run.counts["bills.csv"]["rejected"]
print(
    f"{BILLS:,} bills; rows written by the same package again: {max(written)}; refused of the messy one: {rejected:,}"
)
raw = tell("COPY into an equally indexed table", indexed, "s")
first = tell("a new period", new, "s")
plain = tell("COPY into an unlogged table", unlogged, "s")
second = tell("the same again", again, "s")
third = tell("a new period with 1 % bad rows", with_rejects, "s")
tell_ratio("1 % bad rows, speed ÷ clean", first / third, "≥ 0.95")
tell_ratio("I2", plain / second, "≥ 0.5")
tell_ratio("I1", raw / first, "≥ 1.0")
