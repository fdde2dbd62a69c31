"""The process that keeps Postgres and Valkey running for as long as somebody uses them.

Whoever uses the servers holds the lock `users.lock` together with the others; the kernel lets go of it
however that process ends. When the keeper can take it alone, nobody is left, and it stops the servers.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from embedded_services.accounts import Account, find_account
from embedded_services.addresses import Addresses, forget_addresses, write_addresses
from embedded_services.binaries import find_postgres_programs, find_valkey_program
from embedded_services.errors import EmbeddedServicesError
from embedded_services.locks import FileLock
from embedded_services.postgres import DURABLE, THROW_AWAY, Postgres
from embedded_services.processes import stop_process_groups
from embedded_services.secret_files import get_kept_secret
from embedded_services.valkey import Valkey

KEEPER_LOCK = "keeper.lock"
USERS_LOCK = "users.lock"
LOG = "keeper.log"
# Commands often come one after another; starting the servers takes longer than waiting a little.
SECONDS_TO_LINGER = 1.0
SECONDS_BETWEEN_LOOKS = 0.1


class Keeper:
    """Keeps the servers whose data is in `folder`."""

    def __init__(self, folder: Path, *, throw_away: bool) -> None:
        """With `throw_away` the servers skip what makes data durable, and the folder goes with them."""
        self._folder = folder
        self._throw_away = throw_away
        self._seconds_to_linger = 0.0 if throw_away else SECONDS_TO_LINGER
        self._asked_to_stop = False
        self._servers: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def keep(self) -> int:
        """Start the servers, keep them while they are used, stop them; the exit status."""
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)
        signal.signal(signal.SIGUSR1, self._linger_no_longer)
        if not FileLock(self._folder / KEEPER_LOCK).try_alone():
            return 0  # another one was quicker
        users = FileLock(self._folder / USERS_LOCK)
        forget_addresses(self._folder)
        try:
            self._start_servers()
            self._wait_for_the_end(users)
        except EmbeddedServicesError as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            forget_addresses(self._folder)
            self._stop_servers()
            if self._throw_away:
                shutil.rmtree(self._folder, ignore_errors=True)
        return 0

    def _start_servers(self) -> None:
        account = find_account()
        password = get_kept_secret(self._folder / "password")
        valkey = Valkey(
            program=find_valkey_program(account),
            data=self._make_folder("valkey", account),
            log=self._folder / "valkey.log",
            password=password,
            account=account,
        )
        process, redis_url = valkey.start(durable=not self._throw_away)
        self._servers.append((process, signal.SIGTERM))
        postgres = Postgres(
            programs=find_postgres_programs(account),
            data=self._folder / "postgres",
            log=self._folder / "postgres.log",
            password=password,
            account=account,
        )
        process, database_url = postgres.start(settings=THROW_AWAY if self._throw_away else DURABLE)
        self._servers.append((process, signal.SIGINT))
        write_addresses(self._folder, Addresses(database_url, redis_url, keeper_pid=os.getpid()))

    def _make_folder(self, name: str, account: Account | None) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if account:
            account.take(folder)
        return folder

    def _wait_for_the_end(self, users: FileLock) -> None:
        unused_since: float | None = None
        while not self._asked_to_stop:
            if any(process.poll() is not None for process, _ in self._servers):
                msg = f"A server has ended by itself. See the logs in {self._folder}."
                raise EmbeddedServicesError(msg)
            if not users.try_alone():
                unused_since = None
            elif unused_since is None:
                unused_since = time.monotonic()
                if self._seconds_to_linger:
                    users.let_go()
            elif time.monotonic() - unused_since >= self._seconds_to_linger:
                return  # holding the lock: newcomers wait until all is stopped, then begin anew
            else:
                users.let_go()
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _stop_servers(self) -> None:
        for process, first in self._servers:
            stop_process_groups([process], first=first, seconds=5)

    def _stop_soon(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _linger_no_longer(self, _signal: int, _frame: FrameType | None) -> None:
        self._seconds_to_linger = 0.0
