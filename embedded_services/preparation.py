"""Migrations and demo data, brought up to date beside the start of the portal's processes."""

import hashlib
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from embedded_services.places import CHECKOUT
from embedded_services.processes import start_bound_process, stop_process_groups
from embedded_services.watcher import Watcher

MARK = "prepared"


class PreparationFailed(Exception):
    """Migrating or filling the database failed; the message says where to look."""


class Preparation:
    """The process that prepares the database."""

    def __init__(self, environment: Mapping[str, str], watcher: Watcher) -> None:
        """Start it."""
        self._watcher = watcher
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        self._process = start_bound_process(
            [sys.executable, "-m", "embedded_services.prepare"],
            death_signal=signal.SIGKILL,
            environment=environment,
            cwd=CHECKOUT,
            output=self._output,
        )
        watcher.add(self._process.pid)

    def get_greeting(self) -> str | None:
        """What to greet the developer with; None as long as it is at work. Raises PreparationFailed."""
        if self._process.poll() is None:
            return None
        if self._process.returncode != 0:
            msg = "The database could not be prepared; see above."
            raise PreparationFailed(msg)
        self._output.seek(0)
        return self._output.read().decode().strip()

    def end(self) -> None:
        """Leave nothing of it."""
        stop_process_groups([self._process], first=signal.SIGTERM, seconds=1)
        self._watcher.remove(self._process.pid)
        self._output.close()


def was_prepared_before(folder: Path) -> bool:
    """Whether this very database was prepared by the migrations of today: nothing is going to change then."""
    try:
        return (folder / MARK).read_text() == _describe(folder)
    except OSError:
        return False


def remember_prepared(folder: Path) -> None:
    """Let the next start know."""
    (folder / MARK).write_text(_describe(folder))


def _describe(folder: Path) -> str:
    files = [CHECKOUT / "requirements-dev.txt", *sorted(CHECKOUT.glob("*/migrations/*.py"))]
    digest = hashlib.sha256()
    for file in files:
        if file.exists():
            digest.update(file.name.encode() + file.read_bytes())
    return f"{digest.hexdigest()} {(folder / 'postgres').stat().st_ino}"
