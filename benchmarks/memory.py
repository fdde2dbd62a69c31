"""I5: the most memory the importing process takes for few bills and for five times as many.

`python -m benchmarks.memory 1000000` for 1 M against 5 M; 200 000 without a number. Each import runs in a process of
its own, which tells its size before and its peak (VmHWM) since; the packages have 1 % bad rows.
"""

import sys
from pathlib import Path

from benchmarks import imports
from benchmarks.figures import tell, tell_ratio
from benchmarks.packages import Shape

FEW = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
TIMES, ROUNDS = 5, 3


def import_alone(package: Path) -> tuple[float, float]:
    """MB before the import, and the most since."""
    imports.forget_bills()
    _, before, most = imports.take_alone(package)
    return before, most


imports.make_accounts(FEW * TIMES)
small = imports.write_bills("small", Shape(FEW, reject_share=0.01))
large = imports.write_bills("large", Shape(FEW * TIMES, reject_share=0.01))
few, many, above = [], [], []
for _ in range(ROUNDS):
    before, after = import_alone(small)
    few.append(after)
    before, after = import_alone(large)
    many.append(after)
    above.append(after - before)
print(f"{FEW:,} and {FEW * TIMES:,} bills, 1 % of them refused")
least = tell("peak of the smaller", few, "MB")
most = tell("peak of the larger", many, "MB")
tell("the larger above its start", above, "MB")
tell_ratio("I5", most / least, "≤ 1.05, ≤ 64 MB above the start")
