"""Locks in files: let go of by the kernel however their holder ends."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """A lock on a file, held alone or shared. Forked children hold it too; executed programs do not."""

    def __init__(self, path: Path) -> None:
        """Open `path`; nothing is held yet."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Hold it together with others, waiting for one who holds it alone."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Hold it alone, if nobody else holds it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def let_go(self) -> None:
        """Hold it no longer; it can be taken again."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def keep_over_exec(self) -> None:
        """Let the program that this process turns into hold it on."""
        os.set_inheritable(self._descriptor, True)

    def close(self) -> None:
        """Give up the lock for good."""
        os.close(self._descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock at `path`."""
    try:
        lock = FileLock(path)
    except OSError:
        return False
    try:
        return not lock.try_alone()
    finally:
        lock.close()
