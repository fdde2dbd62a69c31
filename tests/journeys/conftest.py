"""The whole portal as a person meets it: granian, worker, beat, Postgres and Valkey, started for these tests alone."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass(frozen=True)
class Portal:
    """A running portal: its address, and the folder in which its demo keeps packages and sent messages."""

    url: str
    folder: Path
    sms_file: Path

    def read_code(self, phone: str, *, seconds: float = 20) -> str:
        """The newest six digits sent to a phone."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.sms_file.exists():
                lines = [json.loads(line) for line in self.sms_file.read_text(encoding="utf-8").splitlines()]
                codes = [re.search(r"\b\d{6}\b", line["text"]) for line in lines if line["to"] == phone]
                if codes and codes[-1]:
                    return codes[-1][0]
            time.sleep(0.1)
        raise AssertionError(f"no code came to {phone}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """`make run` without make: the supervisor with everything it starts."""
    folder = Path(tempfile.mkdtemp(prefix="portal-journey-"))
    folder.chmod(0o755)
    port, sms_file = free_port(), folder / "sms.jsonl"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "LOCAL"}
    }
    environment |= {"PORT": str(port), "EMBEDDED_SERVICES_FOLDER": str(folder), "SMS_FILE": str(sms_file), "DEMO": "1"}
    environment["TRUSTED_PROXY_COUNT"] = "1"  # whoever names an address is believed, so that a test may forge it
    log = (folder / "log.txt").open("w", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded_services", "run", "--bound"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(process, url, folder / "log.txt")
        yield Portal(url, folder, sms_file)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if "The portal is ready" in log.read_text(encoding="utf-8"):
            with urlopen(f"{url}/livez", timeout=5):
                return
        time.sleep(0.2)
    raise AssertionError(f"the portal did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def note_complaint(complaints: list[str], message: ConsoleMessage) -> None:
    """Keep what the console calls an error, but for a form answered 422, which is how a form says what to mend."""
    if message.type == "error" and "422" not in message.text:
        complaints.append(f"{message.text} ({message.location.get('url')})")


@pytest.fixture
def window(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A phone-sized window on the portal, with nothing remembered. Anything the console complains of fails the test."""
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 390, "height": 844}, locale="ru-RU", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: note_complaint(complaints, message))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
