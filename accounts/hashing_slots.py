"""At most two passwords are hashed at once on a host, whatever the number of its processes (security.md S11, T29).

A hash costs 19 MiB and a core for some 30 ms; a flood of sign-ins would leave the pages of all others none. Slots are
locks on files, which the system lets go of when a process dies.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

SLOTS = 2
LONGEST_WAIT = 0.5
"""Seconds: some thirty hashes are done by then."""
_PAUSE = 0.01


class HashingBusy(Exception):
    """Too many people come in at this very moment. Answered with 503 and «come again in a minute»."""


@contextmanager
def hold_slot() -> Iterator[None]:
    """Raises HashingBusy when no slot becomes free in half a second."""
    slot = _wait_for_slot()
    try:
        yield
    finally:
        slot.close()


def _wait_for_slot() -> BinaryIO:
    deadline = time.monotonic() + LONGEST_WAIT
    while (slot := _take_slot()) is None:
        if time.monotonic() >= deadline:
            raise HashingBusy
        time.sleep(_PAUSE)
    return slot


def _take_slot() -> BinaryIO | None:
    folder = Path(settings.LOCK_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(SLOTS):
        slot = (folder / f"hashing-{number}.lock").open("ab")
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            slot.close()
        else:
            return slot
    return None
