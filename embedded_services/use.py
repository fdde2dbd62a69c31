"""How a process gets the embedded services: found if they run, started if they do not."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from embedded_services import keeper
from embedded_services.accounts import find_account
from embedded_services.addresses import Addresses, read_addresses
from embedded_services.errors import EmbeddedServicesError
from embedded_services.locks import FileLock, is_held
from embedded_services.places import CHECKOUT, find_state_folder, make_throw_away_folder
from embedded_services.processes import wait_until
from embedded_services.secret_files import get_kept_secret

SECONDS_TO_START = 90

# Held for the life of this process: the kernel lets go of them when it ends.
_held: dict[Path, FileLock] = {}


def database_url_and_redis_url() -> tuple[str, str]:
    """Addresses of Postgres and Redis: those of the environment, or of this checkout's embedded servers.

    The embedded servers are started when nobody uses them yet, and stop when nobody does any more.
    Raises EmbeddedServicesError.
    """
    database_url = os.environ.get("DATABASE_URL", "")
    redis_url = os.environ.get("REDIS_URL", "")
    if not database_url or not redis_url:
        addresses = use_services(state_folder())
        database_url = database_url or addresses.database_url
        redis_url = redis_url or addresses.redis_url
    return database_url, redis_url


def throw_away_urls() -> tuple[str, str]:
    """Addresses of an empty Postgres and Redis for tests, which vanish with this process."""
    addresses = use_services(make_throw_away_folder(find_account()), throw_away=True)
    return addresses.database_url, addresses.redis_url


def become_with_throw_away_services(command: list[str]) -> NoReturn:
    """Turn this process into `command`, which finds DATABASE_URL and REDIS_URL of empty servers."""
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = throw_away_urls()
    for lock in _held.values():
        lock.keep_over_exec()
    os.execvp(command[0], command)


def state_folder() -> Path:
    """The folder in which this checkout keeps what outlives a run: `.state`, or one that stands in for it."""
    return find_state_folder(find_account())


def local_secret_key() -> str:
    """A secret key for local runs of this checkout: made at the first, the same ever after."""
    return get_kept_secret(state_folder() / "secret_key")


def use_services(folder: Path, *, throw_away: bool = False) -> Addresses:
    """Use the servers of `folder` until this process ends or leaves them."""
    if folder not in _held:
        lock = FileLock(folder / keeper.USERS_LOCK)
        lock.share()
        _held[folder] = lock
    deadline = time.monotonic() + SECONDS_TO_START
    starting: int | None = None
    while time.monotonic() < deadline:
        keeper_lives = is_held(folder / keeper.KEEPER_LOCK)
        if keeper_lives and (addresses := read_addresses(folder)):
            return addresses
        if starting is None and not keeper_lives:
            starting = _start_keeper(folder, throw_away=throw_away)
        if starting is not None:
            ended, status = os.waitpid(starting, os.WNOHANG)
            if ended:
                if status:
                    raise EmbeddedServicesError((folder / keeper.LOG).read_text().strip())
                starting = None
        time.sleep(0.02)
    msg = f"The embedded services did not start within {SECONDS_TO_START} seconds. See the logs in {folder}."
    raise EmbeddedServicesError(msg)


def leave_services(folder: Path) -> bool:
    """Use them no longer; whether they are stopped now (else somebody still uses them)."""
    if lock := _held.pop(folder, None):
        lock.close()
    if addresses := read_addresses(folder):
        with suppress(ProcessLookupError):
            os.kill(addresses.keeper_pid, signal.SIGUSR1)
    return wait_until(lambda: not is_held(folder / keeper.KEEPER_LOCK), seconds=4)


def _start_keeper(folder: Path, *, throw_away: bool) -> int:
    """Start the keeper in a session of its own; its process number."""
    python_path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "embedded_services", "keep", str(folder)]
    if throw_away:
        command.append("--throw-away")
    log = os.open(folder / keeper.LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        return os.posix_spawn(
            sys.executable,
            command,
            {**os.environ, "PYTHONPATH": python_path},
            setsid=True,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
        )
    finally:
        os.close(log)
