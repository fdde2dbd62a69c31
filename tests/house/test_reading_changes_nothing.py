"""GET changes nothing, a closed user is out, and a field sent twice is read once (ASVS 3.5.3, 7.4.2, 15.3.7)."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from billing.models import Link
from support.models import ErrorReport
from tests.factories import PASSWORD
from tests.house.test_every_page import ROUTES
from tests.house.test_route_matrix import World, enter
from tests.house.test_route_matrix import world as world
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

# When a session or a device was last used, what was looked at by staff or refused, how often one may; and what a
# resident opens is read from then on. The page that sets an application up makes the key it draws; it counts for
# nothing until a code confirms it.
NOTED = {
    "accounts_securityevent",
    "accounts_sessionrecord",
    "accounts_limitedact",
    "django_session",
    "notifications_notification",
    "otp_totp_totpdevice",
}


def digest_tables() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.managed and not model._meta.proxy and table not in NOTED:
                cursor.execute(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t")
                found[table] = cursor.fetchone()[0]
    return found


def test_no_page_of_a_resident_changes_a_row(world: World) -> None:
    client = enter(world.alice)
    addresses = {name: route for name, route in ROUTES.items() if "00000000" not in route} | world.addresses
    before = digest_tables()
    assert len(before) > 40
    for address in addresses.values():
        client.get(address)
    after = digest_tables()
    assert {table for table in before if before[table] != after[table]} == set()


def test_a_closed_user_is_out_at_once(alice: User, as_alice: PageClient) -> None:
    assert as_alice.get("/my-data/").status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert as_alice.get("/my-data/").status_code == 302
    assert as_alice.post("/sign-in/", {"phone": str(alice.phone), "password": PASSWORD}).status_code != 302


def test_of_a_field_sent_twice_one_value_is_judged_and_kept(as_alice: PageClient, alices_flat: Link) -> None:
    """Django takes the last; what is judged is what is kept."""
    typed = {"key": str(uuid4()), "account": alices_flat.pk, "meter": "", "text": ["первый", "второй"]}
    as_alice.post("/reports/new/", {**typed, "reason": ["no_such", "wrong_readings"]})
    report = ErrorReport.objects.get()
    assert (report.reason, report.text) == ("wrong_readings", "второй")
    as_alice.post("/reports/new/", {**typed, "key": str(uuid4()), "reason": ["wrong_readings", "no_such"]})
    assert ErrorReport.objects.count() == 1
