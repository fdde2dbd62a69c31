"""A small process that cleans up when its parent is killed and cannot do so itself."""

import os
import signal
from contextlib import suppress

from embedded_services.processes import is_group_empty, send_signal_to_group, wait_until

SECONDS_TO_END = 2.0


class Watcher:
    """Ends the process groups told to it when this process is gone.

    It is a fork and so holds the same locks: until it has finished, nobody takes the place for empty.
    """

    def __init__(self) -> None:
        """Start watching. Call before any thread is started."""
        reader, self._writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writer)
            try:
                _watch(reader)
            finally:
                os._exit(0)
        os.close(reader)

    def add(self, group: int) -> None:
        """Watch over a process group."""
        self._tell(f"+{group}")

    def remove(self, group: int) -> None:
        """The group has ended."""
        self._tell(f"-{group}")

    def dismiss(self) -> None:
        """All have ended; so may the watcher."""
        os.close(self._writer)
        os.waitpid(self._pid, 0)

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self._writer, f"{line}\n".encode())


def _watch(reader: int) -> None:
    os.setsid()  # Ctrl-C in the terminal is not for us
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    with os.fdopen(reader) as lines:
        for line in lines:
            group = int(line[1:])
            if line.startswith("+"):
                groups.add(group)
            else:
                groups.discard(group)
    # The leaders were asked to stop by the kernel (see start_bound_process) and ask their own children.
    if not wait_until(lambda: all(map(is_group_empty, groups)), seconds=SECONDS_TO_END):
        for group in groups:
            send_signal_to_group(group, signal.SIGKILL)
