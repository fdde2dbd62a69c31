"""One Postgres server: its data folder, its start and its stop."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedded_services.accounts import Account
from embedded_services.errors import EmbeddedServicesError
from embedded_services.ports import HOST, find_free_port
from embedded_services.processes import becomes_ready, end_stranger, read_command_line, start_bound_process

NAME = "portal"
# Without --lc-ctype the trigrams of pg_trgm are blind to Cyrillic. docker-compose.yml says the same.
INITDB_ARGUMENTS = (
    "--encoding=UTF8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
DURABLE: dict[str, str] = {}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Postgres:
    """A Postgres server with its data in `data`; `password` is that of its only user."""

    programs: Path
    data: Path
    log: Path
    password: str
    account: Account | None

    def start(self, *, settings: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
        """Start the server, making its data folder first when there is none.

        Returns the process and the address of the database. Raises EmbeddedServicesError.
        """
        if not self.data.exists():
            self._initialise()
        self._refuse_other_version()
        self._end_server_left_behind()
        for _attempt in range(3):
            port = find_free_port()
            process = self._start_on(port, settings)
            if becomes_ready(process, partial(self._is_ready, process), seconds=60):
                return process, f"postgres://{NAME}:{self.password}@{HOST}:{port}/{NAME}"
        msg = f"Postgres does not start. The end of {self.log}:\n{_read_end(self.log)}"
        raise EmbeddedServicesError(msg)

    def _start_on(self, port: int, settings: dict[str, str]) -> subprocess.Popen[bytes]:
        chosen = {
            "listen_addresses": HOST,
            "port": str(port),
            "unix_socket_directories": "",  # socket paths are limited to 107 bytes
            "timezone": "UTC",
            "log_timezone": "UTC",
            "shared_buffers": "64MB",
            **settings,
        }
        options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("wb") as log:
            return start_bound_process(
                [self.programs / "postgres", "-D", self.data, *options],
                death_signal=signal.SIGINT,  # "fast" shutdown
                account=self.account,
                environment=ENVIRONMENT,
                output=log,
                errors_too=True,
            )

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    def _initialise(self) -> None:
        """Make the data folder beside its place and rename it: a cut-off attempt leaves no half."""
        for remains in self.data.parent.glob(f"{self.data.name}.unfinished-*"):
            shutil.rmtree(remains)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{self.data.name}.unfinished-", dir=self.data.parent))
        cluster, password_file = unfinished / "cluster", unfinished / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        if self.account:
            self.account.take(password_file)
            self.account.take(unfinished)
        self._run_to_end(
            [
                self.programs / "initdb",
                *INITDB_ARGUMENTS,
                f"--username={NAME}",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--no-sync",
                "--no-instructions",
                f"--pgdata={cluster}",
            ]
        )
        alone: list[str | Path] = [self.programs / "postgres", "--single", "-c", "fsync=off", "-D", cluster]
        self._run_to_end([*alone, "postgres"], standard_input=f"CREATE DATABASE {NAME}\n")
        cluster.rename(self.data)
        shutil.rmtree(unfinished)

    def _run_to_end(self, command: Sequence[str | Path], *, standard_input: str = "") -> None:
        done = subprocess.run(
            [str(part) for part in command],
            input=standard_input,
            text=True,
            capture_output=True,
            cwd="/",
            env=ENVIRONMENT,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            check=False,
        )
        if done.returncode != 0:
            msg = f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}"
            raise EmbeddedServicesError(msg)

    def _refuse_other_version(self) -> None:
        mine = (self.data / "PG_VERSION").read_text().strip()
        asked = [str(self.programs / "postgres"), "--version"]
        theirs = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[-1].split(".")[0]
        if mine != theirs:
            msg = (
                f"{self.data} holds data of Postgres {mine}, and the installed one is Postgres {theirs}, "
                "which cannot read it. Move the folder away, or delete it if it is only demo data."
            )
            raise EmbeddedServicesError(msg)

    def _end_server_left_behind(self) -> None:
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if str(self.data) in read_command_line(pid):
            end_stranger(pid, first=signal.SIGINT)
        with suppress(FileNotFoundError):  # its number may by now be that of some other process
            pid_file.unlink()


def _read_end(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
