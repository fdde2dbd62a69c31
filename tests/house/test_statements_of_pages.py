"""No page asks the database more than this, session and user among it (P4). Lower a number, never raise it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Bill, Link
from meters.models import Meter
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", 6),
        ("/readings/", 8),
        ("/history/", 5),
        ("/history/meters/{meter}/", 13),
        ("/bills/", 3),
        ("/bills/{bill}/", 4),
        ("/personal-accounts/", 4),
        ("/payment/", 3),
        ("/payments/", 3),
        ("/notifications/", 2),
        ("/reports/", 2),
    ],
)
def test_asks_no_more_than(address: str, most: int, as_alice: PageClient, alices_flat: Link) -> None:
    meter = Meter.objects.visible_to(alices_flat.user).get()
    bill = Bill.objects.visible_to(alices_flat.user).get()
    path = address.format(meter=meter.pk, bill=bill.public_id)
    as_alice.get(path)
    with CaptureQueriesContext(connection) as statements:
        assert as_alice.get(path).status_code == 200
    assert len(statements) <= most, [row["sql"] for row in statements]
