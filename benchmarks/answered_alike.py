"""S12: does the time of an answer tell whether a phone has a cabinet? Sign-in, a new password, registration.

`python -m benchmarks.answered_alike [each]`: so many known and so many unknown phones (500), each asked once, in an
order thrown by dice, at the running web server with the hasher of production.
"""

import os
import random
import subprocess
import sys
import time
from statistics import median

import requests

from accounts.hashers import Argon2idPasswordHasher
from accounts.models import LimitedAct, User
from benchmarks.figures import tell, tell_ratio
from tests.faults.stack import find_port

EACH = int(sys.argv[1]) if len(sys.argv) > 1 else 500
TYPED = {
    "/sign-in/": {"password": "Nepravilno7"},
    "/password-reset/": {},
    "/registration/": {"password": "Yasnaya7zvezda", "terms": "on"},
}
TOKEN = "a" * 32
MANY = str(EACH * 10)


def ask(path: str, phone: str) -> float:
    """Milliseconds until the answer was there."""
    typed = {"phone": phone, "csrfmiddlewaretoken": TOKEN, **TYPED[path]}
    began = time.perf_counter()
    answer = requests.post(f"{url}{path}", typed, cookies={"csrf": TOKEN}, allow_redirects=False, timeout=60)
    taken = (time.perf_counter() - began) * 1000
    seen.setdefault(path, set()).add(answer.status_code)
    return taken


def get_auc(some: list[float], others: list[float]) -> float:
    """How often one of `some` took longer than one of `others`: one half says nothing."""
    ranked = sorted([(value, True) for value in some] + [(value, False) for value in others])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, start=1) if is_one)
    return (ranks - len(some) * (len(some) + 1) / 2) / (len(some) * len(others))


hashed = Argon2idPasswordHasher().encode("Svetlana7lamp", "saltsaltsaltsalt")
known = [f"+7921{number:07d}" for number in range(3 * EACH)]
unknown = [f"+7931{number:07d}" for number in range(3 * EACH)]
User.objects.bulk_create(User(phone=phone, password=hashed) for phone in known)

port = find_port()
url = f"http://127.0.0.1:{port}"
words = f"granian --interface wsgi --no-ws --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 8"
limits = (
    "SIGN_IN_PER_ADDRESS_DAY",
    "SMS_PER_ADDRESS_HOUR",
    "SMS_PER_SESSION_HOUR",
    "SMS_PER_BLOCK_HOUR",
    "SMS_SOFT_PER_HOUR",
)
web = subprocess.Popen(
    [sys.executable, "-W", "ignore", "-m", *words.split(), "--log-level", "warning", "portal.wsgi:application"],
    env={
        **os.environ,
        **dict.fromkeys(limits, MANY),
        "SERVES_WEB": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    },
    stderr=subprocess.DEVNULL,
)
seen: dict[str, set[int]] = {}
try:
    for _ in range(200):
        try:
            requests.get(f"{url}/livez", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    for turn, path in enumerate(TYPED):
        phones = [(phone, True) for phone in known[turn * EACH : (turn + 1) * EACH]]
        phones += [(phone, False) for phone in unknown[turn * EACH : (turn + 1) * EACH]]
        random.Random(1).shuffle(phones)
        for phone, _ in phones[:10]:
            ask(path, f"+7950{phone[5:]}")  # warms up
        LimitedAct.objects.all().delete()
        times: dict[bool, list[float]] = {True: [], False: []}
        for phone, is_known in phones:
            times[is_known].append(ask(path, phone))
        with_cabinet = tell(f"{path} with a cabinet", times[True], "ms")
        without = tell(f"{path} without one", times[False], "ms")
        assert len(seen[path]) == 1, seen
        tell_ratio(f"S12 {path} difference of medians, ms", abs(with_cabinet - without), "≤ 10")
        tell_ratio(f"S12 {path} ROC-AUC", max(get_auc(times[True], times[False]), 0.5), "≤ 0.55")
        assert median(times[True])
        LimitedAct.objects.all().delete()
finally:
    web.terminate()
    web.wait()
