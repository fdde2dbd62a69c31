"""One Valkey server, which speaks the Redis protocol: its start and its stop."""

import signal
import socket
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedded_services.accounts import Account
from embedded_services.errors import EmbeddedServicesError
from embedded_services.ports import HOST, find_free_port
from embedded_services.processes import becomes_ready, end_stranger, read_command_line, start_bound_process


@dataclass(frozen=True)
class Valkey:
    """A Valkey server that keeps its append-only file in `data`."""

    program: Path
    data: Path
    log: Path
    password: str
    account: Account | None

    def start(self, *, durable: bool) -> tuple[subprocess.Popen[bytes], str]:
        """Start the server; returns the process and its address. Raises EmbeddedServicesError."""
        self._end_server_left_behind()
        for _attempt in range(3):
            port = find_free_port()
            process = self._start_on(port, durable=durable)
            if becomes_ready(process, partial(self._is_ready, port), seconds=30):
                self._pid_file.write_text(f"{process.pid} {port}")
                return process, f"redis://:{self.password}@{HOST}:{port}/0"
        msg = f"Valkey does not start. See {self.log}."
        raise EmbeddedServicesError(msg)

    @property
    def _pid_file(self) -> Path:
        return self.data.with_name("valkey.pid")

    def _start_on(self, port: int, *, durable: bool) -> subprocess.Popen[bytes]:
        config = [
            f"bind {HOST}",
            f"port {port}",
            f"requirepass {self.password}",
            f'dir "{self.data}"',
            f"appendonly {'yes' if durable else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        with self.log.open("wb") as log:
            return start_bound_process(
                [self.program, "-"],  # read from standard input, the password stays out of the process list
                death_signal=signal.SIGTERM,
                account=self.account,
                environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                output=log,
                errors_too=True,
                standard_input="\n".join(config).encode(),
            )

    def _is_ready(self, port: int) -> bool:
        try:
            with socket.create_connection((HOST, port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (piece := connection.recv(256)):
                    answer += piece
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _end_server_left_behind(self) -> None:
        try:
            pid, port = self._pid_file.read_text().split()
        except (OSError, ValueError):
            return
        command_line = read_command_line(int(pid))
        if "valkey-server" in command_line and command_line.endswith(f":{port}"):
            end_stranger(int(pid), first=signal.SIGTERM)
        self._pid_file.unlink()
