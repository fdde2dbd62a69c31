"""One of the processes that send readings for `benchmarks.verdict_delay`, each form at its moment."""

import sys
import time
from collections import defaultdict
from uuid import uuid4

from django.utils import timezone

from billing.models import Link
from meters import operations
from meters.models import Installation

rate, seconds, senders, share, at_once = map(int, sys.argv[1:6])
began = float(sys.argv[6])
users = {link.account_id: link.user for link in Link.objects.select_related("user")}
meters: dict[int, list[int]] = defaultdict(list)
for account, meter in Installation.objects.order_by("pk").values_list("account", "meter"):
    meters[users[account].pk].append(meter)
people = {user.pk: user for user in users.values()}
calls = [
    (people[user], own[first : first + at_once])
    for user, own in meters.items()
    for first in range(0, len(own) - at_once + 1, at_once)
]
late = 0.0
for number in range(share, rate * seconds // at_once, senders):
    due = began + number * at_once / rate
    time.sleep(max(0.0, due - time.time()))
    late = max(late, time.time() - due)
    user, chosen = calls[number % len(calls)]
    typed = {meter: {"1": "12650", "2": str(12640 + number // len(calls))} for meter in chosen}
    operations.submit_readings(user=user, key=uuid4(), typed=typed, taken_on=timezone.localdate(), at=timezone.now())
print(late)
