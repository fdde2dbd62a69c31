"""Postgres restarted under the portal: a pause that is named, and pages that work again by themselves."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from embedded_services.processes import wait_until
from tests.faults.servers import Broker, Database
from tests.faults.stack import ROOT, Portal

pytestmark = pytest.mark.chaos
PHONE = "+79005550111"
PASSWORD = "Svetlana7lamp"
MAKE_RESIDENT = f"""
from accounts.models import User
User.objects.create_user(phone="{PHONE}", password="{PASSWORD}")
"""


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database()
    yield database
    database.end()


@pytest.fixture
def portal(folder: Path, database: Database, broker: Broker) -> Iterator[Portal]:
    portal = Portal(folder, database.url, broker.url)
    for words in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "--command", MAKE_RESIDENT]):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=portal.environment, check=True, capture_output=True)
    yield portal
    portal.end()


def sign_in(url: str) -> requests.Session:
    browser = requests.Session()
    form = browser.get(f"{url}/sign-in/", timeout=10).text
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[0]
    values = {"csrfmiddlewaretoken": token, "phone": PHONE, "password": PASSWORD}
    answer = browser.post(f"{url}/sign-in/", values, headers={"Referer": url}, timeout=10)
    assert answer.ok
    assert answer.url == f"{url}/", answer.text
    return browser


def test_pages_come_back_after_a_restart(portal: Portal, database: Database) -> None:
    url = portal.start_web()
    browser = sign_in(url)
    for how in (signal.SIGINT, signal.SIGQUIT):
        database.stop(how)
        began = time.monotonic()
        answer = browser.get(f"{url}/", timeout=20)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "ненадолго недоступен" in answer.text
        assert time.monotonic() - began < 3
        assert requests.get(f"{url}/livez", timeout=5).ok  # a load balancer has no cookie
        assert requests.get(f"{url}/readyz", timeout=20).status_code == 503

        database.come_back()
        began = time.monotonic()
        assert wait_until(lambda: browser.get(f"{url}/", timeout=20).status_code == 200, seconds=10, step=0.05)
        assert time.monotonic() - began < 5
        # Nobody is signed out, and every connection of the pool is a living one.
        for _ in range(8):
            page = browser.get(f"{url}/", timeout=20, allow_redirects=False)
            assert page.status_code == 200
