"""How far a leased import is: figures for its row, and the one place where it can be stopped from outside."""

import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from exchange.progress import Progress


class Stop(Enum):
    """Why an import is broken off before its last step."""

    CANCELLED = "cancelled"
    LEASE_LOST = "lease lost"
    SHUTTING_DOWN = "shutting down"
    INBOX_AWAY = "inbox away"


class Interrupted(Exception):
    """The import was told to stop, and nothing of it stays."""


class LeasedProgress(Progress):
    """Figures another thread may read, and `interrupt`, which another thread may call.

    `cancel` breaks off what the database does at this moment; it is called only while the transaction can still be
    undone, so what is committed is never taken for broken off. At every step `holds_lease` is asked, within the
    transaction of the import: a runner that was frozen past its lease wakes up and writes nothing.
    """

    def __init__(
        self,
        cancel: Callable[[], None],
        holds_lease: Callable[[], bool],
        session_name: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.session_name = session_name
        self._cancel = cancel
        self._holds_lease = holds_lease
        self._clock = clock
        self._lock = threading.Lock()
        self._can_be_stopped = True
        self._began = clock()
        self._done = self._total = 0
        self._writing: dict[str, Any] = {}
        self._fetching = False
        self.stopped: Stop | None = None

    def fetch(self, size: int) -> None:
        """Bytes brought from where the package was dropped, before anything is read."""
        self._fetching = True
        self._done += size
        self._obey()

    def start(self, total: int) -> None:
        self._fetching, self._writing = False, {}
        self._total, self._done, self._began = total, 0, self._clock()
        self._obey()

    def read(self, size: int) -> None:
        self._done += size
        self._obey()

    def write(self, file: str, number: int, of: int) -> None:
        self._writing = {"file": file, "number": number, "of": of}
        self._obey()

    def reach(self, step: str) -> None:
        self._obey()
        if not self._holds_lease():
            self.stopped = Stop.LEASE_LOST
            raise Interrupted

    def finish(self) -> None:
        with self._lock:
            self._obey()
            self._can_be_stopped = False

    def close(self) -> None:
        """Nothing is stopped from now on."""
        with self._lock:
            self._can_be_stopped = False

    def interrupt(self, why: Stop) -> None:
        with self._lock:
            if self._can_be_stopped:
                self.stopped = self.stopped or why
                self._cancel()

    def get_figures(self) -> dict[str, Any]:
        """`{stage: fetching | reading | writing | settling, …}`, small enough for a row."""
        if not self._can_be_stopped:
            return {"stage": "settling"}
        if self._writing:
            return {"stage": "writing", **self._writing}
        seconds = max(self._clock() - self._began, 0.001)
        rate = self._done / seconds
        if self._fetching or not self._total:
            return {"stage": "fetching", "done": self._done}
        done = min(self._done, self._total)
        figures: dict[str, Any] = {"stage": "reading", "done": done, "total": self._total, "rate": int(rate)}
        return figures | ({"left": int((self._total - done) / rate)} if rate else {})

    def _obey(self) -> None:
        if self.stopped is not None:
            raise Interrupted
