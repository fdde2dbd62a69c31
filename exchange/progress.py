"""How far an import is: what is told while it goes, and the line that draws it on a terminal."""

from collections.abc import Callable
from typing import TextIO

WIDTH = 24
EVERY = 0.2
MEGABYTE = 1_000_000


class Progress:
    """Tells nobody. `start` knows all bytes that will be read, `read` each block, `write` the file now being merged.

    `finish` comes before the last step: what it raises undoes everything, and after it nobody outside may stop the
    import. `session_name` is what the database calls the session that imports.
    """

    session_name = ""

    def start(self, total: int) -> None: ...

    def read(self, size: int) -> None: ...

    def write(self, file: str, number: int, of: int) -> None: ...

    def reach(self, step: str) -> None:
        """A step is through. The kill test knows them all (tests/exchange/test_killed_at_every_step.py)."""

    def finish(self) -> None: ...


class TerminalProgress(Progress):
    """One line drawn over and over: share, rate and the time that remains."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._total = self._done = 0
        self._began = self._drawn = 0.0
        self._longest = 0

    def start(self, total: int) -> None:
        self._total, self._done, self._began = total, 0, self._clock()

    def read(self, size: int) -> None:
        self._done += size
        now = self._clock()
        if now - self._drawn >= EVERY:
            self._drawn = now
            self._draw(describe_reading(self._done, self._total, now - self._began))

    def write(self, file: str, number: int, of: int) -> None:
        self._draw(f"{draw_bar(number - 1, of)} сравниваем и пишем {file}, {number} из {of}")

    def finish(self) -> None:
        self._draw("")
        self._stream.write("\r")
        self._stream.flush()

    def _draw(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._longest))
        self._stream.flush()
        self._longest = len(text)


def describe_reading(done: int, total: int, seconds: float) -> str:
    """Bytes and seconds as «[#####...] 42 %, 12,3 МБ/с, осталось 0:12»."""
    share = min(done / total, 1.0) if total else 1.0
    rate = done / seconds if seconds > 0 else 0.0
    words = f"{draw_bar(done, total)} читаем {share:.0%}".replace("%", " %")
    if rate:
        left = max(total - done, 0) / rate
        shown = f"{rate / MEGABYTE:.1f}".replace(".", ",")
        words += f", {shown} МБ/с, осталось {int(left) // 60}:{int(left) % 60:02}"
    return words


def draw_bar(done: int, total: int) -> str:
    filled = min(WIDTH * done // total, WIDTH) if total else WIDTH
    return f"[{'#' * filled}{'.' * (WIDTH - filled)}]"
