"""The portal's own processes on chosen servers: a worker, a web server, and what plays the clock."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from celery import Celery
from django.conf import settings
from django.db import connection

from embedded_services.processes import send_signal_to_group, start_bound_process, wait_until

ROOT = Path(__file__).resolve().parents[2]


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def name_test_database() -> str:
    """The address of the database that this test's own ORM uses."""
    given = connection.settings_dict
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


class Portal:
    """Processes that share a database, a broker and a gateway."""

    def __init__(self, folder: Path, database_url: str, broker_url: str, **more: str) -> None:
        self.folder, self.broker_url = folder, broker_url
        self.processes: list[subprocess.Popen[bytes]] = []
        left_out = {"DJANGO_SETTINGS_MODULE", "DEMO", "TEST_DATABASE_NAME"}
        self.environment = {name: value for name, value in os.environ.items() if name not in left_out} | {
            "DATABASE_URL": database_url,
            "REDIS_URL": broker_url,
            "LOCAL": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "STATE_DIR": str(folder),
            "PYTHONWARNINGS": "ignore",
            "SMS_PER_ADDRESS_HOUR": "1000",
            "SMS_PER_SESSION_HOUR": "1000",
            "RESIDENT_SECOND_FACTOR": "chosen",
            **more,
        }

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    def start(self, words: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            process = start_bound_process(
                [sys.executable, "-m", *words.split()],
                death_signal=signal.SIGKILL,
                environment={**self.environment, **(environment or {})},
                cwd=ROOT,
                output=log,
                errors_too=True,
            )
        self.processes.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        """As `make run` starts it. It may not listen yet: what it is sent waits in the queue."""
        return self.start("celery --quiet --app portal worker --without-gossip --without-mingle --concurrency 1")

    def start_web(self) -> str:
        port = find_port()
        words = f"granian --interface wsgi --no-ws --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 8"
        process = self.start(f"{words} --log-level warning portal.wsgi:application", {"SERVES_WEB": "1"})
        url = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: process.poll() is None and self._answers(url), seconds=30, step=0.1), self.log
        return url

    def sweep(self) -> None:
        """What beat does every ten seconds."""
        with Celery(broker=self.broker_url) as clock:
            clock.conf.broker_transport_options = {"socket_timeout": 2, "socket_connect_timeout": 2}
            for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
                if name.startswith("sweep-"):
                    clock.send_task(str(entry["task"]))

    def end(self) -> None:
        for process in self.processes:
            send_signal_to_group(process.pid, signal.SIGKILL)
            process.wait()

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            return requests.get(f"{url}/livez", timeout=2).ok
        except requests.RequestException:
            return False


def list_backends(where: str) -> list[Any]:
    """What other sessions of the test database do, by a condition on pg_stat_activity."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT state, query FROM pg_stat_activity"
            f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {where}"
        )
        return cursor.fetchall()
