"""P7: processor time (web server + Postgres) of a sign-in ÷ of one Argon2id verification at the same cost.

The right password on a trusted browser: the form is posted, the session begins, and it is written down.
"""

import time

import requests
from django.test import Client

from accounts import known_devices
from accounts.hashers import Argon2idPasswordHasher
from accounts.models import SessionRecord, User
from benchmarks.figures import find_postmaster, tell, tell_ratio
from benchmarks.web import measure_in_turn, serve
from tests.arrivals import trust_browser

TIMES, ROUNDS, TOKEN, PASSWORD = 40, 5, "a" * 32, "Svetlana7lamp"

hashed = Argon2idPasswordHasher().encode(PASSWORD, "saltsaltsaltsalt")
user = User.objects.create(phone="+79215550142", password=hashed)
client = Client()
trust_browser(client, user)
device = client.cookies[known_devices.COOKIE].value


def sign_in(_: int) -> None:
    answer = requests.post(
        f"{web.url}/sign-in/",
        {"phone": str(user.phone), "password": PASSWORD, "csrfmiddlewaretoken": TOKEN},
        cookies={"csrf": TOKEN, known_devices.COOKIE: device},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.headers.get("Location") == "/", answer.text


with serve(DJANGO_SETTINGS_MODULE="portal.settings", SIGN_IN_PER_ADDRESS_DAY="100000") as web:
    processes = (web.pid, find_postmaster())
    found: list[float] = []
    verified: list[float] = []
    for _ in range(ROUNDS):
        found += measure_in_turn({"sign in": sign_in}, processes=processes, rounds=1, times=TIMES)["sign in"]
        began = time.process_time()
        for _ in range(TIMES):
            assert Argon2idPasswordHasher().verify(PASSWORD, hashed)
        verified.append((time.process_time() - began) * 1000 / TIMES)
assert SessionRecord.objects.count() == 2 * ROUNDS * TIMES
once = tell("one verification", verified, "CPU-ms")
whole = tell("a sign-in", found, "CPU-ms")
tell_ratio("P7", whole / once, "≤ 1.3")
