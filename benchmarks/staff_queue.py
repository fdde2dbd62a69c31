"""H4: the staff's list of readings among 5 M submissions ÷ among 5 000, by the time of its SQL.

`python -m benchmarks.staff_queue 5` for 5 millions, which is the default. One in a hundred waits for a decision.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from benchmarks.figures import tell, tell_ratio
from benchmarks.filling import bulk_filling
from benchmarks.people import make_meters
from meters.models import Submission
from tests import factories, residents

MILLIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
FEW, METERS, TIMES = 5_000, 5_000, 30
LISTS = {
    "what waits": "/admin/meters/submission/",
    "everything": "/admin/meters/submission/?queue=all",
    "page 40 of everything": "/admin/meters/submission/?queue=all&p=40",
    "a state that none is in": "/admin/meters/submission/?queue=refused",
}

# Superseded ones are bound by no constraint; of those that wait one stands for a meter and month.
FILL = """
INSERT INTO meters_submission (receipt, public_id, key, user_id, account_id, meter_id, taken_on, period, status,
                               needs_review, findings, submitted_at)
SELECT 'B-' || n, gen_random_uuid(), gen_random_uuid(), %(user)s, place.account_id, place.meter_id,
       date '2026-11-20', date '2000-01-01' + (n / (100 * %(meters)s))::int * 31,
       CASE WHEN n %% 100 = 0 THEN 'accepted' ELSE 'superseded' END, n %% 100 = 0, '[]',
       timestamptz '2026-11-20' - n * interval '3 seconds'
FROM generate_series(%(first)s::bigint, %(last)s) n
JOIN LATERAL (SELECT (n / 100) %% %(meters)s AS number) chosen ON true
JOIN bench_places place ON place.number = CASE WHEN n %% 100 = 0 THEN chosen.number ELSE n %% %(meters)s END
"""


class SqlTime:
    """Milliseconds spent in statements, and how many there were."""

    def __init__(self) -> None:
        self.ms, self.count = 0.0, 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.ms += (time.perf_counter() - began) * 1000
            self.count += 1


def fill(first: int, last: int) -> None:
    with bulk_filling("meters_submission"), connection.cursor() as cursor:
        cursor.execute(FILL, {"user": user.pk, "meters": METERS, "first": first, "last": last})


def look(address: str) -> tuple[float, int]:
    spent = SqlTime()
    with connection.execute_wrapper(spent):
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return spent.ms, spent.count


def look_at_lists() -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in LISTS}
    for _ in range(TIMES):
        for name, address in LISTS.items():
            ms, count = look(address)
            found[name].append(ms)
            counts[name] = count
    return found


user = factories.UserFactory()
counts: dict[str, int] = {}
make_meters(METERS, user=user, supplier=factories.SupplierFactory(), months=0)
with connection.cursor() as cursor:
    cursor.execute(
        "CREATE TABLE bench_places AS SELECT row_number() OVER (ORDER BY id) - 1 AS number, meter_id, account_id "
        "FROM meters_installation"
    )
    cursor.execute("CREATE UNIQUE INDEX ON bench_places (number)")
    cursor.execute("ANALYZE")
client = Client()
residents.sign_in_staff(client, residents.make_staff())  # type: ignore[arg-type]
fill(1, FEW)
few = look_at_lists()
fill(FEW + 1, MILLIONS * 1_000_000)
many = look_at_lists()
print(f"{Submission.objects.count():,} submissions, {Submission.objects.filter(needs_review=True).count():,} wait")
ratios = {}
for name in LISTS:
    small = tell(f"{name}, among {FEW:,}: SQL", few[name], "ms")
    large = tell(f"{name}, among {MILLIONS} M: SQL", many[name], "ms")
    ratios[name] = min(many[name]) / min(few[name])
    print(
        f"{name}: {counts[name]} statements; {large / small:.2f} by medians, {ratios[name]:.2f} by the least disturbed"
    )
tell_ratio("H4, the list that opens", ratios["what waits"], "≤ 1.5, at most 10 statements")
