"""Q1: submissions checked a second in batches ÷ one Celery task each. The same worker, rules and rows do both."""

import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks import one_check_each
from benchmarks.figures import tell, tell_ratio
from benchmarks.people import make_meters, submit, withdraw_all
from meters.models import Meter, Submission
from tests import factories

IN_BATCHES, ONE_EACH, ROUNDS = 1000, 100, 3


def check(meters: list[Meter], give: Callable[[], object]) -> float:
    """Submissions a second, from the first message to the last verdict."""
    submit(meters, user)
    began = time.perf_counter()
    give()
    while Submission.objects.filter(status="submitted").exists():
        assert worker.poll() is None, "the worker has ended"
        time.sleep(0.02)
    taken = time.perf_counter() - began
    outcomes = set(Submission.objects.values_list("status", flat=True))
    assert outcomes == {"accepted"}, outcomes
    withdraw_all()
    return len(meters) / taken


user = factories.UserFactory()
every = make_meters(IN_BATCHES, user=user, supplier=factories.SupplierFactory())
words = "celery --quiet --app benchmarks.one_check_each worker --concurrency 1 --without-gossip --without-mingle"
worker = subprocess.Popen([sys.executable, "-W", "ignore", "-m", *words.split()])
send = one_check_each.app.send_task
try:
    check(every[:20], lambda: [send("benchmarks.check_one") for _ in range(20)])  # the worker is awake
    batches, singles = [], []
    for _ in range(ROUNDS):
        batches.append(check(every, lambda: send("meters.tasks.check_waiting_submissions")))
        singles.append(check(every[:ONE_EACH], lambda: [send("benchmarks.check_one") for _ in range(ONE_EACH)]))
finally:
    worker.terminate()
    worker.wait()
fast = tell(f"batches of 1000, {IN_BATCHES} submissions", batches, "a second")
slow = tell(f"one task each, {ONE_EACH} submissions", singles, "a second")
tell_ratio("Q1", fast / slow, "≥ 20")
