"""One of the portal's processes, started again when it falls."""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from embedded_services.places import CHECKOUT
from embedded_services.processes import start_bound_process, stop_process_groups
from embedded_services.watcher import Watcher

SECONDS_BEFORE_RESTART = 1.0
# So many ends within so many seconds, and we stop trying.
MOST_RESTARTS, WITHIN_SECONDS = 5, 60.0


class FallsTooOften(Exception):
    """The process cannot be kept up; the message names it."""


@dataclass
class Child:
    """A process of the portal: `command` with `environment`, watched over by `watcher`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    watcher: Watcher
    process: subprocess.Popen[bytes] | None = None
    _start_at: float = 0.0
    _ends: deque[float] = field(default_factory=deque)

    def look_after(self) -> None:
        """Start it, if it is time to; see whether it still runs. Raises FallsTooOften."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._start_at:
                self._start()
        elif self.process.poll() is not None:
            self._bury(self.process, now)

    def _start(self) -> None:
        self.process = start_bound_process(
            self.command, death_signal=signal.SIGTERM, environment=self.environment, cwd=CHECKOUT
        )
        self.watcher.add(self.process.pid)

    def _bury(self, process: subprocess.Popen[bytes], now: float) -> None:
        stop_process_groups([process], first=signal.SIGKILL, seconds=0)  # what it left behind
        self.watcher.remove(process.pid)
        self.process = None
        self._start_at = now + SECONDS_BEFORE_RESTART
        self._ends.append(now)
        while self._ends[0] < now - WITHIN_SECONDS:
            self._ends.popleft()
        if len(self._ends) > MOST_RESTARTS:
            msg = f"The {self.name} process ended {len(self._ends)} times in a minute: giving up."
            raise FallsTooOften(msg)
        print(f"The {self.name} process ended with status {process.returncode}; starting it again.", flush=True)


def get_cores() -> int:
    """On how many cores this process may run."""
    return len(os.sched_getaffinity(0))
