"""make, when it alone gets Ctrl-C, waits for its command without a word: the portal has to see it by itself."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embedded_services.processes import is_held_up_by_signal, wait_until


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_make_told_to_stop_is_seen_to_wait_for_its_command(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "Makefile").write_text("sleep:\n\t@echo begun; exec setsid sleep 5\n")
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # `make test` is above
    make = subprocess.Popen(["make", "sleep"], cwd=tmp_path, env=alone, stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert make.stdout
        assert make.stdout.readline() == b"begun\n"
        assert not is_held_up_by_signal(make.pid)
        make.send_signal(number)
        assert wait_until(lambda: is_held_up_by_signal(make.pid), seconds=3)
    finally:
        make.kill()
        make.communicate()


def test_a_parent_that_starts_processes_is_not_taken_for_one_that_was_told_to_stop() -> None:
    busy = subprocess.Popen(
        [sys.executable, "-c", "import subprocess\nwhile True: subprocess.run(['true'])"], start_new_session=True
    )
    try:
        assert not any(is_held_up_by_signal(busy.pid) for _ in range(5_000))
    finally:
        busy.kill()
        busy.wait()
