"""The smallest checkout that the supervisor can run: its processes are the real ones, its pages are not."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import embedded_services
from embedded_services.ports import find_free_port
from embedded_services.processes import wait_until

FILES = {
    "manage.py": "import time\nwhile True:\n    time.sleep(1)\n",
    "portal/__init__.py": "from portal.celery import app as app",
    "portal/celery.py": """
import os
from celery import Celery
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
""",
    "portal/settings.py": """
import os
import environ
DATABASES = {"default": environ.Env().db_url_config(os.environ["DATABASE_URL"])}
DEMO = os.environ["DEMO"] == "1"
SECRET_KEY = "small"
INSTALLED_APPS = ["portal"]
ALLOWED_HOSTS = ["*"]
CELERY_BROKER_URL = os.environ["REDIS_URL"]
""",
    "portal/wsgi.py": """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
""",
    "portal/management/__init__.py": "",
    "portal/management/commands/__init__.py": "",
    "portal/management/commands/seed_demo.py": """
from django.core.management.base import BaseCommand

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--show", action="store_true")

    def handle(self, *args, show, **options):
        self.stdout.write("Anna, +7 900 000-00-01" if show else "seeding")
""",
}


class SmallPortal:
    """A checkout in `folder`, and the supervisor's run of it."""

    def __init__(self, folder: Path) -> None:
        """Make the checkout."""
        self.folder = folder
        self.port = find_free_port()
        self.output = folder / "output"
        for name, text in FILES.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        source = Path(embedded_services.__file__).parent
        shutil.copytree(source, folder / "embedded_services", ignore=shutil.ignore_patterns("__pycache__"))

    def start(self) -> subprocess.Popen[bytes]:
        """Start `make run`'s command; its words go to `output`."""
        strange = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEMO", "STATE_DIR", "HOST"}
        kept = {name: value for name, value in os.environ.items() if name not in strange}
        with self.output.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "embedded_services", "run"],
                cwd=self.folder,
                env=kept | {"PORT": str(self.port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def start_and_wait(self) -> subprocess.Popen[bytes]:
        """Start it and wait until it says that it is ready."""
        self.output.write_bytes(b"")
        process = self.start()
        wait_until(lambda: "Ctrl-C" in self.get_words() or process.poll() is not None, seconds=60)
        assert "The portal is ready" in self.get_words(), self.get_words()
        return process

    def get_words(self) -> str:
        """What the supervisor and its children have said."""
        return self.output.read_text(errors="replace")

    def get_pids(self, word: str) -> list[int]:
        """Processes of this checkout with `word` in their command line."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                in_folder = os.readlink(process / "cwd").startswith(str(self.folder))
                if in_folder and word in (process / "cmdline").read_text():
                    found.append(int(process.name))
            except OSError:
                continue
        return found


def stop(process: subprocess.Popen[bytes], number: signal.Signals) -> float:
    """Send a signal and wait for the end; how many seconds it took."""
    begin = time.monotonic()
    process.send_signal(number)
    process.wait(timeout=20)
    return time.monotonic() - begin
