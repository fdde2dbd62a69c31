"""P5: processor time (web server + Postgres) of a POST of 3 readings ÷ of a page that only loads session and user."""

import os
import subprocess
import sys
import time
from uuid import uuid4

import requests
from django.conf import settings
from django.test import Client

from benchmarks.figures import find_postmaster, get_cpu_ms, tell, tell_ratio
from billing.models import Link
from meters.models import Scale, Submission
from tests import factories, residents
from tests.faults.stack import find_port

REQUESTS, ROUNDS = 150, 5


def post(number: int) -> None:
    values = {f"value-{pk}": str(12650 + number) for pk in scales}
    answer = browser.post(f"{url}/readings/", {"key": str(uuid4()), **values}, headers=headers, allow_redirects=False)
    assert answer.status_code == 302, answer.text


def look(_: int) -> None:
    assert browser.get(f"{url}/bare/").text == str(user.pk)


user = factories.UserFactory()
for number in range(3):  # three flats, three meters, one reading each
    link: Link = residents.furnish(user, title=f"Квартира {number}")
    Scale.objects.filter(meter__installations__account=link.account, code="2").delete()
scales = list(Scale.objects.values_list("pk", flat=True))

port = find_port()
url = f"http://127.0.0.1:{port}"
words = f"granian --interface wsgi --no-ws --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 1"
web = subprocess.Popen(
    [sys.executable, "-W", "ignore", "-m", *words.split(), "--log-level", "warning", "portal.wsgi:application"],
    env={**os.environ, "SERVES_WEB": "1"},
)
try:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    browser = requests.Session()
    browser.cookies.set("session", client.cookies[settings.SESSION_COOKIE_NAME].value)
    for _ in range(200):
        try:
            browser.get(f"{url}/readings/", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    headers = {"X-CSRFToken": browser.cookies["csrf"], "Referer": url}
    found: dict[str, list[float]] = {"post": [], "look": []}
    postmaster = find_postmaster()
    for round_number in range(ROUNDS + 1):
        for name, deed in (("look", look), ("post", post)):
            before = get_cpu_ms(web.pid, postmaster)
            for number in range(REQUESTS):
                deed(number)
            if round_number:  # the first warms up
                found[name].append((get_cpu_ms(web.pid, postmaster) - before) / REQUESTS)
finally:
    web.terminate()
    web.wait()
assert Submission.objects.count() == 3 * REQUESTS * (ROUNDS + 1)
bare = tell("session and user", found["look"], "CPU-ms a request")
posted = tell("3 readings posted", found["post"], "CPU-ms a request")
tell_ratio("P5", posted / bare, "≤ 3.5")
