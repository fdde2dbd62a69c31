"""F2, F3: what a first visit to «Показания» weighs, and when it is there, in Chromium on a slow telephone's line.

The static files are built as for production: fingerprinted and compressed. The page itself is counted as gzip makes
it, which is the front server's part.
"""

import gzip
import shutil
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client, override_settings
from playwright.sync_api import Page, sync_playwright

from accounts.models import User
from benchmarks.figures import tell
from benchmarks.main_thread import count_blocking, get_tasks
from tests import factories, residents

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER_PROCESSOR = 4
VISITS = 5
SEEN = """() => new Promise((resolve) => {
  const seen = { paint: 0, shift: 0, blocked: 0 };
  const watch = (type, note) => {
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  };
  watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  watch("longtask", (entry) => { seen.blocked += Math.max(0, entry.duration - 50); });
  setTimeout(() => resolve(seen), 1500);
})"""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def visit(page: Page, address: str) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Requests made for the page with their bytes as they came, and what its visitor saw."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    asked: dict[str, dict[str, Any]] = {}
    line.on(
        "Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: {"url": event["request"]["url"]}})
    )
    line.on("Network.loadingFinished", lambda event: asked[event["requestId"]].update(bytes=event["encodedDataLength"]))
    page.goto(address, wait_until="load")
    return [row for row in asked.values() if "bytes" in row], page.evaluate(SEEN)


def run(static_root: Path) -> None:
    user: User = factories.UserFactory()
    for title in ("Квартира", "Дача", "Гараж"):
        residents.furnish(user, title=title)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    html = client.get("/readings/").content
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/readings/"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    paints, shifts, blocked, blocked_by_work, longest = [], [], [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for _ in range(VISITS):
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, locale="ru-RU", service_workers="block"
            )
            context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": address}])
            requests, seen = visit(context.new_page(), address)
            paints.append(seen["paint"])
            shifts.append(seen["shift"])
            blocked.append(seen["blocked"])
            tasks = get_tasks(context.new_page(), address)
            blocked_by_work.append(count_blocking(tasks, SLOWER_PROCESSOR))
            longest.append(tasks[0])
            context.close()
        browser.close()
    weights = {row["url"].rsplit("/", 1)[-1] or "readings": row["bytes"] for row in requests}
    as_sent, page_packed = weights["readings"], len(gzip.compress(html, 6))
    for name, weight in weights.items():
        print(f"{name:40} {weight:>8.0f}")
    total = sum(weights.values()) - len(html) + page_packed
    print(f"the page: {as_sent:.0f} bytes as sent, {page_packed} packed")
    tell("largest paint", paints, "ms (goal ≤ 1200)")
    tell("layout shift", shifts, "(goal 0)")
    tell("blocking time as it came", blocked, "ms (goal 0)")
    tell(f"blocking time by processor time × {SLOWER_PROCESSOR}", blocked_by_work, "ms (goal 0)")
    tell("the longest task, unslowed", longest, "ms of processor time")
    print(f"F2: {total / 1024:.1f} KB in {len(requests)} requests (goal ≤ 80 KB, ≤ 10)")


with (
    tempfile.TemporaryDirectory() as folder,
    override_settings(
        STORAGES=STORAGES, STATIC_ROOT=folder, WHITENOISE_USE_FINDERS=False, WHITENOISE_AUTOREFRESH=False
    ),
):
    call_command("collectstatic", interactive=False, verbosity=0)
    run(Path(folder))
