import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded_services.processes import wait_until
from tests.embedded_services.conftest import find_processes_of
from tests.embedded_services.small_portal import SmallPortal, stop

pytestmark = pytest.mark.chaos


@pytest.fixture
def portal(folder: Path) -> Iterator[SmallPortal]:
    portal = SmallPortal(folder)
    yield portal
    assert wait_until(lambda: not find_processes_of(folder), seconds=10), find_processes_of(folder)


def test_runs_restarts_refuses_a_second_run_and_stops(portal: SmallPortal) -> None:
    run = portal.start_and_wait()
    assert f"http://127.0.0.1:{portal.port}/" in portal.get_words()
    assert "Anna, +7 900 000-00-01" in portal.get_words()

    assert wait_until(lambda: bool(portal.get_pids("beat")), seconds=5)
    for beat in portal.get_pids("beat"):
        os.kill(beat, signal.SIGKILL)
    assert wait_until(lambda: "The beat process ended" in portal.get_words(), seconds=3)
    assert wait_until(lambda: bool(portal.get_pids("beat")), seconds=5)

    second = portal.start()
    assert second.wait(timeout=10) == 1
    assert f"is running already (process {run.pid})" in portal.get_words()

    assert stop(run, signal.SIGTERM) < 8  # 3 on a quiet machine
    assert run.returncode == 0
    assert not find_processes_of(portal.folder)


def test_a_killed_run_leaves_nothing_and_the_next_one_starts(portal: SmallPortal) -> None:
    run = portal.start_and_wait()
    assert wait_until(lambda: len(portal.get_pids("worker")) >= 3, seconds=20)  # it and its two children
    stop(run, signal.SIGKILL)
    assert wait_until(lambda: not portal.get_pids("granian") and not portal.get_pids("celery"), seconds=8)
    assert wait_until(lambda: not find_processes_of(portal.folder), seconds=8)

    assert stop(portal.start_and_wait(), signal.SIGHUP) < 8


def test_names_a_port_that_is_taken_before_starting_anything(portal: SmallPortal) -> None:
    with socket.create_server(("127.0.0.1", portal.port)):
        assert portal.start().wait(timeout=10) == 1
    assert portal.get_words().startswith(f"Port {portal.port} of 127.0.0.1 is taken")
    assert not (portal.folder / ".state" / "postgres").exists()
