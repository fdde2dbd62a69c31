"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from embedded_services.accounts import Account

PR_SET_PDEATHSIG = 1


def ask_for_signal_when_parent_dies(death_signal: signal.Signals, parent_pid: int) -> None:
    """Have the kernel send this process `death_signal` when `parent_pid`, its parent, is gone.

    The kernel means the parent's *thread*: start children from the main thread only. Linux only;
    elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before we could ask
        os.kill(os.getpid(), death_signal)


def start_bound_process(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: str | Path = "/",
    output: IO[bytes] | None = None,
    errors_too: bool = False,
    standard_input: bytes | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, bound to the life of this process.

    Runs as `account` when one is given. What it writes goes to `output` (with `errors_too` also its
    errors), or where ours goes.
    """
    parent_pid = os.getpid()
    bound = threading.current_thread() is threading.main_thread()

    def prepare_child() -> None:
        # Runs after setuid, which would have cleared the request.
        if bound:
            ask_for_signal_when_parent_dies(death_signal, parent_pid)

    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment) if environment is not None else None,
        stdin=subprocess.DEVNULL if standard_input is None else subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT if errors_too else None,
        start_new_session=True,
        preexec_fn=prepare_child,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if process.stdin and standard_input is not None:
        with suppress(BrokenPipeError):
            process.stdin.write(standard_input)
            process.stdin.close()
    return process


def wait_until(condition: Callable[[], bool], *, seconds: float, step: float = 0.02) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(step)
    return True


def becomes_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], *, seconds: float) -> bool:
    """Whether a process just started lived to be ready within `seconds`; if not, it is ended."""
    wait_until(lambda: process.poll() is not None or is_ready(), seconds=seconds)
    if process.poll() is None and is_ready():
        return True
    process.kill()
    process.wait()
    return False


def send_signal_to_group(group: int, signal_number: signal.Signals) -> None:
    """Signal every process of a group; an empty group is no error."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal_number)


def is_group_empty(group: int) -> bool:
    """Whether no process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def stop_process_groups(processes: Sequence[subprocess.Popen[bytes]], *, first: signal.Signals, seconds: float) -> None:
    """Stop processes and all they started: `first` to each, SIGKILL to what is left after `seconds`."""
    for process in processes:
        with suppress(ProcessLookupError):
            process.send_signal(first)
    deadline = time.monotonic() + seconds
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
    for process in processes:
        send_signal_to_group(process.pid, signal.SIGKILL)
        process.wait()


def read_command_line(pid: int) -> str:
    """The command line of a running process, words parted by spaces; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def is_held_up_by_signal(pid: int) -> bool:
    """Whether a process is busy handling Ctrl-C or a hang-up.

    make, when it alone gets one of these, tells nobody and waits inside its handler for its command to
    end; while it does, the signal is among those it blocks. Whoever starts another process blocks all
    signals for that moment, and is busy with none.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    blocked = int(status.partition("SigBlk:")[2].split(maxsplit=1)[0], 16)
    return _holds(blocked, signal.SIGINT, signal.SIGHUP) and not _holds(blocked, signal.SIGUSR1)


def _holds(mask: int, *numbers: signal.Signals) -> bool:
    return any(mask & 1 << (number - 1) for number in numbers)


def end_stranger(pid: int, *, first: signal.Signals, seconds: float = 5) -> None:
    """Stop a process that is no child of ours, left behind by an earlier run."""
    for signal_number in (first, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        if wait_until(lambda: not read_command_line(pid), seconds=seconds):
            return
