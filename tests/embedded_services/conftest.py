import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded_services.accounts import find_account
from embedded_services.places import make_throw_away_folder
from embedded_services.use import leave_services


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the servers can enter, whoever runs the tests."""
    made = make_throw_away_folder(find_account())
    yield made
    leave_services(made)
    shutil.rmtree(made, ignore_errors=True)


def find_processes_of(place: Path) -> list[str]:
    """Command lines of the processes that work in `place` or name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words and (str(place) in words or os.readlink(process / "cwd").startswith(str(place))):
                found.append(words)
        except OSError:
            continue  # it ended while we looked
    return found
