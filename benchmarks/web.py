"""A web server with one worker, as production has one a core, and a browser that is signed in to it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from django.conf import settings
from django.test import Client

from accounts.models import User
from benchmarks.figures import get_cpu_ms
from tests.faults.stack import find_port


@dataclass(frozen=True)
class Web:
    """The server's parent process, and where it answers."""

    pid: int
    url: str

    def sign_in(self, user: User) -> requests.Session:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        browser = requests.Session()
        browser.cookies.set("session", client.cookies[settings.SESSION_COOKIE_NAME].value)
        browser.get(f"{self.url}/readings/", timeout=5)
        browser.headers.update({"X-CSRFToken": browser.cookies["csrf"], "Referer": self.url})
        return browser


@contextmanager
def serve(application: str = "portal.wsgi:application", *, threads: int = 8, **environment: str) -> Iterator[Web]:
    port = find_port()
    words = f"granian --interface wsgi --no-ws --host 127.0.0.1 --port {port} --workers 1 --blocking-threads {threads}"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *words.split(), "--log-level", "warning", application],
        env={**os.environ, "SERVES_WEB": "1", "BENCHMARK_STAGE": "web", **environment},
        stderr=subprocess.DEVNULL,
    )
    web = Web(process.pid, f"http://127.0.0.1:{port}")
    try:
        for _ in range(200):
            try:
                requests.get(f"{web.url}/livez", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield web
    finally:
        process.terminate()
        process.wait()


def find_worker(web: Web) -> int:
    """The process that answers: the parent's child with the most memory."""
    listed = subprocess.run(["ps", "-o", "pid=,rss=", "--ppid", str(web.pid)], capture_output=True, text=True)
    children = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return max(children, key=lambda child: child[1])[0]


def measure_in_turn(
    deeds: Mapping[str, Callable[[int], None]], *, processes: tuple[int, ...], rounds: int, times: int
) -> dict[str, list[float]]:
    """CPU-ms a request of each deed, round by round; the first round warms up. A deed is called with its number."""
    found: dict[str, list[float]] = {name: [] for name in deeds}
    for round_number in range(rounds + 1):
        for name, deed in deeds.items():
            before = get_cpu_ms(*processes)
            for number in range(times):
                deed(number)
            if round_number:
                found[name].append((get_cpu_ms(*processes) - before) / times)
    return found
