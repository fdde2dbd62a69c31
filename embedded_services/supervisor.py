"""`make run`: the portal's processes under one roof, none of which outlives it."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from embedded_services import keeper
from embedded_services.children import Child, FallsTooOften, get_cores
from embedded_services.locks import FileLock, is_held
from embedded_services.ports import is_port_free
from embedded_services.preparation import (
    Preparation,
    PreparationFailed,
    remember_prepared,
    was_prepared_before,
)
from embedded_services.processes import (
    is_held_up_by_signal,
    read_command_line,
    stop_process_groups,
    wait_until,
)
from embedded_services.use import database_url_and_redis_url, leave_services, state_folder
from embedded_services.watcher import Watcher

RUN_LOCK = "run.lock"
RUN_PID = "run.pid"
SECONDS_TO_STOP = 2.5


class ServersEnded(Exception):
    """Postgres or Valkey has gone; the message says where to look."""


class Supervisor:
    """Starts the portal's processes, starts them again when they fall, stops them."""

    def __init__(self, folder: Path, host: str, port: int, *, parent: int | None) -> None:
        """Keep state in `folder`; serve on `host` and `port`; stop when `parent` is told to."""
        self._folder = folder
        self._host = host
        self._port = port
        self._parent = parent
        self._embedded = not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
        self._asked_to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # under nohup
            signal.signal(number, self._stop_soon)

    def run(self) -> int:
        """Run until told to stop; the exit status."""
        if self._embedded:
            _say("Starting Postgres and Valkey…")
        environment = self._make_environment(*database_url_and_redis_url())
        watcher = Watcher()
        web, *others = children = self._list_children(environment, watcher)
        _say("Preparing the database…")
        preparation = Preparation(environment, watcher)
        try:
            self._look_after(preparation, web, others)
        except (PreparationFailed, FallsTooOften, ServersEnded) as error:
            _say(str(error))
            return 1
        finally:
            _say("Stopping…")
            running = [child.process for child in children if child.process]
            stop_process_groups(running, first=signal.SIGTERM, seconds=SECONDS_TO_STOP)
            preparation.end()
            watcher.dismiss()
            if self._embedded and not leave_services(self._folder):
                _say("Postgres and Valkey go on: another command of this checkout uses them.")
            _say("Stopped.")
        return 0

    def _make_environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        return {
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

    def _list_children(self, environment: Mapping[str, str], watcher: Watcher) -> list[Child]:
        web = (
            f"granian --interface wsgi --no-ws --host {self._host} --port {self._port} --workers {get_cores()}"
            " --blocking-threads 8 --workers-kill-timeout 2 --log-level error portal.wsgi:application"
        )
        worker = "celery --quiet --app portal worker --without-gossip --without-mingle --concurrency 2"
        beat = "celery --quiet --app portal beat --pidfile= --schedule"
        schedule = str(self._folder / "celerybeat-schedule")
        python = [sys.executable, "-m"]
        return [
            Child("web", [*python, *web.split()], {**environment, "SERVES_WEB": "1"}, watcher),
            Child("worker", [*python, *worker.split(), "--loglevel", "WARNING"], environment, watcher),
            Child("beat", [*python, *beat.split(), schedule], environment, watcher),
            Child("imports", [sys.executable, "manage.py", "run_imports"], environment, watcher),
        ]

    def _look_after(self, preparation: Preparation, web: Child, others: list[Child]) -> None:
        """Keep all running until told to stop; first the web process, since a person waits for it."""
        greeting: str | None = None
        greeted = False
        # Elsewhere nobody is to see a page before the people of the demo are there.
        web_may_start = self._embedded and was_prepared_before(self._folder)
        while not self._must_stop():
            if greeting is None:
                greeting = preparation.get_greeting()
                if greeting is not None and self._embedded:
                    remember_prepared(self._folder)
            if web_may_start or greeting is not None:
                web.look_after()
            if greeted:
                for child in others:
                    child.look_after()
            elif greeting is not None and self._answers():
                greeted = True
                _say(f"The portal is ready: http://{self._get_shown_host()}:{self._port}/")
                _say(greeting)
                _say("Ctrl-C stops it.")
            if self._embedded and not is_held(self._folder / keeper.KEEPER_LOCK):
                msg = f"Postgres or Valkey has ended by itself. See the logs in {self._folder}."
                raise ServersEnded(msg)
            time.sleep(0.1)

    def _must_stop(self) -> bool:
        return self._asked_to_stop or (self._parent is not None and is_held_up_by_signal(self._parent))

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


def run_portal(*, parent: int | None = None) -> int:
    """Run the portal until told to stop, or until `parent` is; the exit status."""
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
    return Supervisor(folder, host, port, parent=parent).run()


def _read_pid(folder: Path) -> int:
    try:
        return int((folder / RUN_PID).read_text())
    except (OSError, ValueError):
        return 0


def _say(words: str) -> None:
    print(words, flush=True)
