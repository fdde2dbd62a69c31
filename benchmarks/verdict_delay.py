"""Q2: from a submission to its verdict while 200 a second arrive, with the worker that `make run` starts.

The submissions go in by the operation that the form calls, with its hint to the worker; the web server's part is P5.
A form holds the readings of four meters, each a submission of its own, as a resident of a flat with water sends them.
`python -m benchmarks.verdict_delay [submissions a second] [seconds] [meters in a form]`
"""

import subprocess
import sys
import time
from statistics import quantiles

from django.db import connection
from django.db.models import Max, Min

from benchmarks.figures import tell_ratio
from benchmarks.people import make_meters
from meters.models import Submission
from tests import factories

RATE = int(sys.argv[1]) if len(sys.argv) > 1 else 200
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
AT_ONCE = int(sys.argv[3]) if len(sys.argv) > 3 else 4
RESIDENTS, METERS, SENDERS, WARM_UP = 40, 24, 2, 3


SEEN = """
SELECT id, extract(epoch FROM submitted_at)::float FROM meters_submission
WHERE id > %s AND status <> 'submitted' AND id <> ALL(%s)
"""


def watch() -> dict[int, float]:
    """Seconds from sending to the moment the verdict is seen, by submission; looked at every 20 ms, cheaply."""
    seen: dict[int, float] = {}
    below, above = 0, []  # everything up to `below` was seen, and these few beyond it
    deadline = time.time() + SECONDS + 60
    with connection.cursor() as cursor:
        while len(seen) < RATE * SECONDS // AT_ONCE * AT_ONCE and time.time() < deadline:
            cursor.execute(SEEN, [below, above])
            rows, now = cursor.fetchall(), time.time()
            seen |= {pk: now - sent for pk, sent in rows}
            while below + 1 in seen:
                below += 1
            above = [pk for pk in [*above, *(pk for pk, _ in rows)] if pk > below]
            time.sleep(0.02)
    return seen


supplier = factories.SupplierFactory()
for _ in range(RESIDENTS):
    make_meters(METERS, user=factories.UserFactory(), supplier=supplier)
words = "celery --quiet --app portal worker --concurrency 2 --without-gossip --without-mingle"
worker = subprocess.Popen([sys.executable, "-W", "ignore", "-m", *words.split()])
try:
    time.sleep(WARM_UP)
    began = time.time() + 2
    senders = []
    for share in range(SENDERS):
        figures = map(str, (RATE, SECONDS, SENDERS, share, AT_ONCE, began))
        send = [sys.executable, "-W", "ignore", "-m", "benchmarks.one_sender", *figures]
        senders.append(subprocess.Popen(send, stdout=subprocess.PIPE))
    delays = sorted(watch().values())
    late = max(float(sender.communicate()[0]) for sender in senders)
finally:
    worker.terminate()
    worker.wait()
waiting = Submission.objects.filter(status="submitted").count()
assert waiting == 0, f"{waiting} were not judged"
cuts = quantiles(delays, n=100)
spread = Submission.objects.aggregate(first=Min("submitted_at"), last=Max("submitted_at"))
reached = len(delays) / (spread["last"] - spread["first"]).total_seconds()
print(f"{len(delays)} submissions, {AT_ONCE} in a form, {reached:.0f} of {RATE} a second")
print(f"the senders were late by {late:.2f} s at most")
print(f"to the verdict: median {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, most {delays[-1] * 1000:.0f} ms")
tell_ratio("Q2, p99 in seconds", cuts[98], "≤ 1, stretch 0.05")
