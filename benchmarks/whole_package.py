"""A supplier's month: personal accounts, meters and bills in one package, first and then again. No goal; what it takes.

`python -m benchmarks.whole_package 3000000`; 200 000 personal accounts without a number.
"""

import sys

from benchmarks import imports
from benchmarks.packages import Shape, write_package

ACCOUNTS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
FILES = ["suppliers.csv", "personal_accounts.csv", "meters.csv", "bills.csv"]

imports.execute("SET statement_timeout = 0")
package = write_package(imports.folder / "whole", Shape(ACCOUNTS), FILES)
size = sum(file.stat().st_size for file in package.iterdir()) / 1_000_000
print(f"{ACCOUNTS:,} personal accounts, as many meters and bills, {size:.0f} MB")
for words in ("first", "again"):
    taken, before, most = imports.take_alone(package)
    print(f"{words}: {taken:.1f} s, {most:.0f} MB at most, {most - before:.0f} above the start")
