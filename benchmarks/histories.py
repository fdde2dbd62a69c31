"""H1: a page of a meter's history among many readings ÷ among 1 M. H3: the last page of a long history ÷ its first.

`python -m benchmarks.histories 50` for 50 millions; 5 without a number.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.figures import measure, tell, tell_ratio
from benchmarks.filling import bulk_filling
from benchmarks.people import make_meters
from meters.history_filter import HistoryFilter
from meters.models import Meter, Reading, Scale
from meters.queries.history import get_readings_page
from meters.queries.places import get_neighbourhood
from tests import factories

MILLIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
YEARS = 10
A_METER = 2 * 12 * YEARS
FIRST_ID, METERS = 1_000_000, 1_000_000 // A_METER * MILLIONS
WATCHED, TIMES = 100, 3

# The watched meters are spread evenly among all numbers; their scales are numbered as FILL numbers everybody's.
SPREAD = [
    "UPDATE meters_installation SET meter_id = %(first)s + (meter_id - %(lowest)s) * %(step)s",
    "UPDATE meters_scale SET meter_id = %(first)s + (meter_id - %(lowest)s) * %(step)s",
    "UPDATE meters_scale SET id = meter_id * 2 + code::int - 1",
    "UPDATE meters_meter SET id = %(first)s + (id - %(lowest)s) * %(step)s",
]

# Readings in the order in which they come: month after month, all meters. Of other people's, only the readings.
FILL = """
INSERT INTO meters_reading (meter_id, scale_id, taken_on, value, kind, source)
SELECT meter, meter * 2 + scale, date '2016-12-20' + month * 30, 1000 + month * 100, 'actual', 'resident'
FROM generate_series(1, %(months)s) month, generate_series(%(first)s::bigint, %(last)s, %(step)s) meter,
     generate_series(0, 1) scale
"""


def spread_watched() -> None:
    with connection.cursor() as cursor:
        lowest = min(meter.pk for meter in make_meters(WATCHED, user=user, supplier=supplier, months=0))
        cursor.execute("SET session_replication_role = replica")  # no foreign keys
        for statement in SPREAD:
            step = (METERS // WATCHED) // MILLIONS * MILLIONS
            cursor.execute(statement, {"first": FIRST_ID, "lowest": lowest, "step": step})
        cursor.execute("SET session_replication_role = DEFAULT")


def fill(*, step: int) -> None:
    """Every `step`-th meter has ten years of readings."""
    last = FIRST_ID + METERS - 1
    with bulk_filling("meters_reading"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE meters_reading")
        cursor.execute(FILL, {"months": 12 * YEARS, "first": FIRST_ID, "last": last, "step": step})


def make_page(meter: Meter, before: date | None = None) -> Callable[[], object]:
    around = get_neighbourhood(user, meter.pk)
    return lambda: get_readings_page(user, around.place, around.scales, before=before, wanted=HistoryFilter())


def look_at_histories() -> tuple[list[float], list[float]]:
    """Of each watched meter: the first look, and the least disturbed of the next."""
    pages = [make_page(meter) for meter in Meter.objects.order_by("pk")]
    firsts = [measure(page, times=1)[0] for page in pages]
    return firsts, [min(measure(page, times=TIMES)) for page in pages]


def tell_plan() -> None:
    """How the server finds the rows of a page."""
    with CaptureQueriesContext(connection) as asked:
        make_page(Meter.objects.order_by("pk")[WATCHED // 2])()
    statement = next(row["sql"] for row in asked if row["sql"].startswith('SELECT "meters_reading"'))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {statement}")
        for (line,) in cursor.fetchall():
            print("  ", line)


def look_at_long_history() -> tuple[list[float], list[float]]:
    """10 000 readings of one meter: its first page and its last, in turn."""
    meter = Meter.objects.order_by("pk")[WATCHED // 2]
    Reading.objects.filter(meter=meter).delete()
    today = timezone.localdate()
    scales = list(Scale.objects.filter(meter=meter))
    Reading.objects.bulk_create(
        factories.ReadingFactory.build(
            scale=scale, meter=meter, taken_on=today - timedelta(days=day), value=90000 - day
        )
        for scale in scales
        for day in range(5000)
    )
    first, last = make_page(meter), make_page(meter, before=today - timedelta(days=4982))
    firsts, lasts = [], []
    for _ in range(60):
        firsts += measure(first, times=1)
        lasts += measure(last, times=1)
    return firsts, lasts


user = factories.UserFactory()
supplier = factories.SupplierFactory()
spread_watched()
fill(step=MILLIONS)
print(f"{Reading.objects.count():,} readings; a page is the year of a two-zone meter")
few, few_again = look_at_histories()
fill(step=1)
print(f"{Reading.objects.count():,} readings; how a page is found among them:")
tell_plan()
many, many_again = look_at_histories()
firsts, lasts = look_at_long_history()
first_small, first_large = tell("first look, among 1 M", few, "ms"), tell(f"first look, among {MILLIONS} M", many, "ms")
small, large = tell("a page among 1 M", few_again, "ms"), tell(f"a page among {MILLIONS} M", many_again, "ms")
tell_ratio("H1 by the first look", first_large / first_small, "≤ 1.5")
tell_ratio("H1", large / small, "≤ 1.5")
tell("first page of a long history", firsts, "ms")
tell("its last page", lasts, "ms")
tell_ratio("H3, the least disturbed of each", min(lasts) / min(firsts), "≤ 1.2")
