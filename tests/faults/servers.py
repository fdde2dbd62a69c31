"""Servers that tests may stop, freeze, wipe and bring back: a Valkey and a Postgres of their own, on fixed ports."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import redis

from embedded_services import places
from embedded_services.accounts import find_account
from embedded_services.binaries import find_postgres_programs, find_valkey_program
from embedded_services.postgres import THROW_AWAY, Postgres
from embedded_services.processes import becomes_ready
from embedded_services.valkey import Valkey

PASSWORD = "only-for-tests"


def make_folder() -> Path:
    return places.make_throw_away_folder(find_account())


def _port(url: str) -> int:
    return int(re.findall(r":(\d+)/", url)[0])


class Broker:
    """A Valkey that keeps nothing on disk."""

    def __init__(self) -> None:
        account = find_account()
        self.folder = make_folder()
        data = self.folder / "valkey"
        data.mkdir(mode=0o700)
        if account:
            account.take(data)
        self.server = Valkey(find_valkey_program(account), data, self.folder / "valkey.log", PASSWORD, account)
        self.process, self.url = self.server.start(durable=False)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def come_back(self) -> None:
        port = _port(self.url)
        self.process = self.server._start_on(port, durable=False)
        assert becomes_ready(self.process, partial(self.server._is_ready, port), seconds=30)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and answers nothing: the worst way to be away."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def count_waiting(self) -> int:
        return int(redis.Redis.from_url(self.url).llen("celery"))  # type: ignore[arg-type]

    def wipe(self) -> None:
        redis.Redis.from_url(self.url).flushall()

    def end(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Database:
    """A Postgres that can be restarted under its users."""

    def __init__(self) -> None:
        account = find_account()
        self.folder = make_folder()
        self.server = Postgres(
            find_postgres_programs(account), self.folder / "postgres", self.folder / "log", PASSWORD, account
        )
        self.process, self.url = self.server.start(settings=THROW_AWAY)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is «fast»: sessions are cut; SIGQUIT is «immediate»: as after a crash."""
        self.process.send_signal(how)
        self.process.wait(timeout=10)

    def come_back(self) -> None:
        self.process = self.server._start_on(_port(self.url), THROW_AWAY)
        assert becomes_ready(self.process, partial(self.server._is_ready, self.process), seconds=30)

    def end(self) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9, the children too."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
