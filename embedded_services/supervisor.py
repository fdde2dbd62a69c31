"""`make run`: the portal's processes under one roof, none of which outlives it."""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from embedded_services import keeper
from embedded_services.locks import FileLock, is_held
from embedded_services.places import CHECKOUT
from embedded_services.ports import is_port_free
from embedded_services.processes import (
    read_command_line,
    start_bound_process,
    stop_process_groups,
    wait_until,
)
from embedded_services.use import database_url_and_redis_url, leave_services, state_folder
from embedded_services.watcher import Watcher

RUN_LOCK = "run.lock"
RUN_PID = "run.pid"
SECONDS_TO_STOP = 2.5
SECONDS_BEFORE_RESTART = 1.0
# So many ends within so many seconds, and we stop trying.
MOST_RESTARTS, WITHIN_SECONDS = 5, 60.0


@dataclass
class Child:
    """One of the portal's processes."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0
    ends: deque[float] = field(default_factory=deque)


class Supervisor:
    """Starts the portal's processes, starts them again when they fall, stops them."""

    def __init__(self, folder: Path, host: str, port: int) -> None:
        """Keep state in `folder`; serve on `host` and `port`."""
        self._folder = folder
        self._host = host
        self._port = port
        self._asked_to_stop = False
        self._environment: dict[str, str] = {}
        self._children: list[Child] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # under nohup
            signal.signal(number, self._stop_soon)

    def run(self) -> int:
        """Run until told to stop; the exit status."""
        embedded = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
        if embedded:
            _say("Starting Postgres and Valkey…")
        database_url, redis_url = database_url_and_redis_url()
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DEMO": os.environ.get("DEMO", "1"),
            "LOCAL": os.environ.get("LOCAL", "1"),
            "PORT": str(self._port),
            "STATE_DIR": os.environ.get("STATE_DIR", str(self._folder)),
            "PYTHONUNBUFFERED": "1",
            # A developer who is root in a container knows it; static files come from where they are.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges,ignore:No directory at",
        }
        self._watcher = Watcher()
        try:
            greeting = self._prepare_database()
            if greeting is None:
                return 0 if self._asked_to_stop else 1
            self._children = self._list_children()
            return self._look_after_children(greeting, embedded=embedded)
        finally:
            _say("Stopping…")
            running = [child.process for child in self._children if child.process]
            stop_process_groups(running, first=signal.SIGTERM, seconds=SECONDS_TO_STOP)
            self._watcher.dismiss()
            if embedded and not leave_services(self._folder):
                _say("Postgres and Valkey go on: another command of this checkout uses them.")
            _say("Stopped.")

    def _prepare_database(self) -> str | None:
        """Migrate and fill the database; what to greet the developer with, None when that failed."""
        _say("Preparing the database…")
        with tempfile.TemporaryFile() as output:
            process = start_bound_process(
                [sys.executable, "-m", "embedded_services.prepare"],
                death_signal=signal.SIGKILL,
                environment=self._environment,
                cwd=CHECKOUT,
                output=output,
            )
            self._watcher.add(process.pid)
            while process.poll() is None and not self._asked_to_stop:
                time.sleep(0.05)
            stop_process_groups([process], first=signal.SIGTERM, seconds=1)
            self._watcher.remove(process.pid)
            if process.returncode != 0:
                if not self._asked_to_stop:
                    _say("The database could not be prepared; see above.")
                return None
            output.seek(0)
            return output.read().decode().strip()

    def _list_children(self) -> list[Child]:
        cores = len(os.sched_getaffinity(0))
        web = (
            f"granian --interface wsgi --no-ws --host {self._host} --port {self._port} --workers {cores}"
            " --blocking-threads 1 --workers-kill-timeout 2 --log-level warning portal.wsgi:application"
        )
        worker = "celery --quiet --app portal worker --without-gossip --without-mingle --concurrency 2"
        beat = "celery --quiet --app portal beat --pidfile= --schedule"
        python = [sys.executable, "-m"]
        return [
            Child("web", [*python, *web.split()]),
            Child("worker", [*python, *worker.split(), "--loglevel", "WARNING"]),
            Child("beat", [*python, *beat.split(), str(self._folder / "celerybeat-schedule")]),
        ]

    def _look_after_children(self, greeting: str, *, embedded: bool) -> int:
        greeted = False
        while not self._asked_to_stop:
            for child in self._children:
                if not self._look_after(child):
                    return 1
            if not greeted and self._answers():
                greeted = True
                _say(f"The portal is ready: http://{self._get_shown_host()}:{self._port}/")
                print(greeting, flush=True)
                _say("Ctrl-C stops it.")
            if embedded and not is_held(self._folder / keeper.KEEPER_LOCK):
                _say(f"Postgres or Valkey has ended by itself. See the logs in {self._folder}.")
                return 1
            time.sleep(0.1)
        return 0

    def _look_after(self, child: Child) -> bool:
        """Start the child if it is time to; False when it fell too often."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return True
        status = child.process.poll()
        if status is None:
            return True
        stop_process_groups([child.process], first=signal.SIGKILL, seconds=0)  # what it left behind
        self._watcher.remove(child.process.pid)
        child.process = None
        child.start_at = now + SECONDS_BEFORE_RESTART
        child.ends.append(now)
        while child.ends[0] < now - WITHIN_SECONDS:
            child.ends.popleft()
        if len(child.ends) > MOST_RESTARTS:
            _say(f"The {child.name} process ended {len(child.ends)} times in a minute: giving up.")
            return False
        _say(f"The {child.name} process ended with status {status}; starting it again.")
        return True

    def _start(self, child: Child) -> None:
        child.process = start_bound_process(
            child.command,
            death_signal=signal.SIGTERM,
            environment=self._environment | {"SERVES_WEB": "1" if child.name == "web" else "0"},
            cwd=CHECKOUT,
        )
        self._watcher.add(child.process.pid)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self._get_shown_host().strip("[]"), self._port, timeout=2)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _get_shown_host(self) -> str:
        if self._host in ("0.0.0.0", "::", ""):
            return "127.0.0.1"
        return f"[{self._host}]" if ":" in self._host else self._host

    def _stop_soon(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True


def run_portal() -> int:
    """Run the portal until told to stop; the exit status."""
    host = os.environ.get("HOST") or "127.0.0.1"
    try:
        port = int(os.environ.get("PORT") or "8000")
    except ValueError:
        _say("PORT is to be a number.")
        return 2
    folder = state_folder()
    lock = FileLock(folder / RUN_LOCK)
    if not lock.try_alone():
        first = _read_pid(folder)
        # A killed run keeps the lock for the moment in which its watcher cleans up.
        if "embedded_services" in read_command_line(first) or not wait_until(lock.try_alone, seconds=10):
            _say(f"The portal of this checkout is running already (process {first}). Stop that one first.")
            return 1
    (folder / RUN_PID).write_text(str(os.getpid()))
    if not is_port_free(port, host):
        _say(f"Port {port} of {host} is taken by another program. Choose another one: PORT=8001 make run")
        return 1
    return Supervisor(folder, host, port).run()


def _read_pid(folder: Path) -> int:
    try:
        return int((folder / RUN_PID).read_text())
    except (OSError, ValueError):
        return 0


def _say(words: str) -> None:
    print(words, flush=True)
