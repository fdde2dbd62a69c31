"""H1: a page of a meter's history among many readings ÷ among 1 M. H3: the last page of a long history ÷ its first.

`python -m benchmarks.histories 50` for 50 millions; 5 without a number.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from benchmarks.figures import measure, tell, tell_ratio
from benchmarks.people import make_meters
from meters.history_filter import HistoryFilter
from meters.models import Meter, Reading, Scale
from meters.queries.history import get_readings_page
from meters.queries.places import get_neighbourhood
from tests import factories

MILLIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
YEARS = 10
A_METER = 2 * 12 * YEARS
TIMES = 15

# Other people's readings in the order in which they come: month after month, all meters. Their meters are not needed.
FILL = """
INSERT INTO meters_reading (meter_id, scale_id, taken_on, value, kind, source)
SELECT meter, meter * 2 + scale, date '2016-12-20' + month * 30, 1000 + month * 100, 'actual', 'resident'
FROM generate_series(1, %s) month, generate_series(%s::bigint, %s) meter, generate_series(0, 1) scale
"""


def fill(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no foreign keys
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, [12 * YEARS, first, last])
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM (ANALYZE) meters_reading")
        cursor.execute("CHECKPOINT")


def make_page(meter: Meter, before: date | None = None) -> Callable[[], object]:
    around = get_neighbourhood(user, meter.pk)
    return lambda: get_readings_page(user, around.place, around.scales, before=before, wanted=HistoryFilter())


def look_at_histories() -> list[float]:
    pages = [make_page(meter) for meter in watched]
    for page in pages:
        page()
    return [min(measure(page, times=TIMES)) for page in pages]  # the least disturbed


user = factories.UserFactory()
watched = make_meters(40, user=user, supplier=factories.SupplierFactory())
long_one = watched.pop()
scales = list(Scale.objects.filter(meter=long_one))
Reading.objects.filter(meter=long_one).delete()
today = timezone.localdate()
Reading.objects.bulk_create(
    factories.ReadingFactory.build(scale=scale, meter=long_one, taken_on=today - timedelta(days=day), value=90000 - day)
    for scale in scales
    for day in range(5000)
)
first_million = 1_000_000 // A_METER
fill(1_000_000, 1_000_000 + first_million)
few = look_at_histories()
fill(1_000_001 + first_million, 1_000_000 + MILLIONS * first_million)
many = look_at_histories()

first = make_page(long_one)
last = make_page(long_one, before=today - timedelta(days=4982))
firsts, lasts = [], []
for _ in range(60):
    firsts += measure(first, times=1)
    lasts += measure(last, times=1)
print(f"{Reading.objects.count():,} readings; a page is the year of a two-zone meter; the long history has 10 000")
small = tell("a page among 1 M", few, "ms")
large = tell(f"a page among {MILLIONS} M", many, "ms")
tell_ratio("H1", large / small, "≤ 1.5")
tell("first page", firsts, "ms")
tell("last page", lasts, "ms")
tell_ratio("H3, the least disturbed of each", min(lasts) / min(firsts), "≤ 1.2")
