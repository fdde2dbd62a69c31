"""P4: SQL statements a page, signed in, for 1, 3 and 30 personal accounts. Session and user are among them.

`-v` prints each statement and its milliseconds.
"""

import sys

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.figures import tell_ratio
from billing.models import Bill
from meters.models import Meter
from tests import factories, residents

SIZES = (1, 3, 30)


def count(size: int) -> dict[str, int]:
    user: User = factories.UserFactory()
    for number in range(size):
        residents.furnish(user, title=f"Квартира {number}")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    pages = {
        "home": "/",
        "readings": "/readings/",
        "history": "/history/",
        "a meter's history": f"/history/meters/{Meter.objects.visible_to(user).first().pk}/",
        "bills": "/bills/",
        "a bill": f"/bills/{Bill.objects.filter(account__links__user=user).first().public_id}/",
        "personal accounts": "/personal-accounts/",
        "payments": "/payments/",
        "notifications": "/notifications/",
        "reports": "/reports/",
    }
    found = {}
    for name, address in pages.items():
        client.get(address)  # what is looked at once a minute, or once a process, was looked at
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        assert answer.status_code == 200, (name, answer.status_code)
        statements = [row for row in captured if "SAVEPOINT" not in row["sql"]]
        found[name] = len(statements)
        if "-v" in sys.argv and size == 3:
            print(
                f"\n=== {name}",
                *(f"  {float(row['time']) * 1000:.0f} ms  {row['sql']}" for row in statements),
                sep="\n",
            )
    return found


found = {size: count(size) for size in SIZES}
print(f"{'page':20}" + "".join(f"{size:>5}" for size in SIZES))
for name in found[1]:
    print(f"{name:20}" + "".join(f"{found[size][name]:>5}" for size in SIZES))
most = max(figure for name, figure in found[30].items() if name != "home")
print(f"home {found[30]['home']} (goal ≤ 6), the most of the others {most} (goal ≤ 4)")
tell_ratio("P4, 30 accounts ÷ 1", max(found[30][name] / found[1][name] for name in found[1]), "1")
