"""S11: what twenty sign-ins at once do to others' pages, and what four slow senders do.

`python -m benchmarks.sign_ins_beside_pages [threads]`: one web worker with so many threads (as production has). Pages
of the door are asked for every 20 ms for three seconds, in turn: alone, with twenty people signing in at once at the
beginning of each second, with four senders who take three seconds for ten kilobytes. The hasher is production's.
"""

import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles

import requests

from accounts.hashers import Argon2idPasswordHasher
from accounts.models import LimitedAct, User
from benchmarks.figures import tell, tell_ratio
from benchmarks.web import Web, serve

THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 8
TOKEN, PASSWORD = "a" * 32, "Svetlana7lamp"
ROUNDS, SECONDS, AT_ONCE, SLOW = 3, 3, 20, 4


def look(web: Web, later: float) -> float:
    """Milliseconds until a page of the door was there, asked for some seconds from now."""
    time.sleep(later)
    began = time.perf_counter()
    assert requests.get(f"{web.url}/help/", timeout=60).status_code == 200
    return (time.perf_counter() - began) * 1000


def sign_in(web: Web, phone: str, later: float) -> int:
    time.sleep(later)
    typed = {"phone": phone, "password": PASSWORD, "csrfmiddlewaretoken": TOKEN}
    url, cookies = f"{web.url}/sign-in/", {"csrf": TOKEN}
    return requests.post(url, typed, cookies=cookies, allow_redirects=False, timeout=60).status_code


def send_slowly(web: Web) -> None:
    host, port = web.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: {host}\r\nCookie: csrf={TOKEN}\r\nContent-Length: 10240\r\n"
        line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
        for _ in range(SECONDS * 10):
            line.sendall(b"a" * (10240 // SECONDS // 10))
            time.sleep(0.1)


def measure(web: Web, beside: str) -> list[float]:
    with ThreadPoolExecutor(100) as others, ThreadPoolExecutor(100) as visitors:
        if beside == "sign-ins":
            phones = [user.phone for user in User.objects.all()[: AT_ONCE * SECONDS]]
            done = [others.submit(sign_in, web, str(phone), number // AT_ONCE) for number, phone in enumerate(phones)]
        else:
            done = [others.submit(send_slowly, web) for _ in range(SLOW if beside == "slow senders" else 0)]
        times = list(visitors.map(lambda number: look(web, number * 0.02), range(SECONDS * 50)))
        answers = [each.result() for each in done]
    if beside == "sign-ins":
        told = {answer: answers.count(answer) for answer in sorted(set(answers))}
        print(f"  answers to sign-ins: {told}")
    LimitedAct.objects.all().delete()
    return times


hashed = Argon2idPasswordHasher().encode(PASSWORD, "saltsaltsaltsalt")
User.objects.bulk_create(User(phone=f"+7921{number:07d}", password=hashed) for number in range(AT_ONCE * SECONDS))
found: dict[str, list[float]] = {"nobody": [], "sign-ins": [], "slow senders": []}
more = {"DJANGO_SETTINGS_MODULE": "portal.settings"}
with serve(threads=THREADS, **more, SIGN_IN_PER_ADDRESS_DAY="100000", SMS_PER_ADDRESS_HOUR="100000") as web:
    measure(web, "nobody")
    for _ in range(ROUNDS):
        for beside, p95s in found.items():
            p95s.append(quantiles(measure(web, beside), n=20)[-1])
for beside, p95s in found.items():
    tell(f"p95 of a page beside {beside}", p95s, "ms")
alone = median(found["nobody"])
tell_ratio("beside slow senders", median(found["slow senders"]) / alone, "≤ 2, R20")
tell_ratio("S11", median(found["sign-ins"]) / alone, "≤ 1.5")
