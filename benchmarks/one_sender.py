"""One of the processes that send readings for `benchmarks.verdict_delay`, each at its moment."""

import sys
import time
from uuid import uuid4

from django.utils import timezone

from billing.models import Link
from meters import operations
from meters.models import Installation

rate, seconds, senders, share = map(int, sys.argv[1:5])
began = float(sys.argv[5])
users = {link.account_id: link.user for link in Link.objects.select_related("user")}
places = [
    (users[account], meter) for account, meter in Installation.objects.order_by("pk").values_list("account", "meter")
]
late = 0.0
for number in range(share, rate * seconds, senders):
    due = began + number / rate
    time.sleep(max(0.0, due - time.time()))
    late = max(late, time.time() - due)
    user, meter = places[number % len(places)]
    typed = {meter: {"1": "12650", "2": str(12640 + number // len(places))}}
    operations.submit_readings(user=user, key=uuid4(), typed=typed, taken_on=timezone.localdate(), at=timezone.now())
print(late)
