"""How figures are taken and told."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


def measure(deed: Callable[[], object], *, times: int) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def tell(words: str, values: list[float], unit: str) -> float:
    middle = median(values)
    print(f"{words}: {middle:.3g} {unit} (median of {len(values)}, {min(values):.3g} to {max(values):.3g})")
    return middle


def tell_ratio(goal: str, ratio: float, wanted: str) -> None:
    print(f"{goal}: {ratio:.2f} (goal {wanted})")


def find_postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _read(cursor.fetchone()[0]).parent


class _Times:
    def __init__(self, line: str) -> None:
        fields = line.rpartition(")")[2].split()
        self.parent = int(fields[1])
        self.own, self.of_the_dead = (sum(map(int, fields[at : at + 2])) for at in (11, 13))


def _read(pid: int) -> _Times:
    return _Times(Path(f"/proc/{pid}/stat").read_text())


def get_cpu_ms(*roots: int) -> float:
    """Processor time of these processes and of all below them, the ended ones too."""
    processes = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                processes[int(folder.name)] = _read(int(folder.name))
            except OSError:
                continue
    family, grown = set(roots), True
    while grown:
        more = {pid for pid, times in processes.items() if times.parent in family} - family
        grown = bool(more)
        family |= more
    return sum(processes[pid].own + processes[pid].of_the_dead for pid in family if pid in processes) * 1000 / TICKS
