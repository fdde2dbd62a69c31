"""Nobody's phone stands in full where others look: pages, lists of the staff, messages (P6, ASVS 14.2.6)."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib import admin
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import operations, phones
from accounts.audit.reasons import give_reason
from accounts.models import User
from billing.models import Link
from meters.models import Meter, Submission
from support.models import ErrorReport
from tests import factories
from tests.house.test_every_page import OPEN, ROUTES
from tests.offices import open_office
from tests.pages import PageClient

ALICES_PHONE = re.compile(r"900\W{0,6}555\W?01\W?01\b")
ALICES_EMAIL = "alice@lampa.example"
# What an SMS may be filled with. A phone on the table shows it to whoever passes by.
FINE_IN_SMS = {"at", "due", "code", "from", "hours", "until", "url"}


def test_a_masked_phone_is_known_to_its_owner_alone() -> None:
    assert phones.mask_phone("+79215550142") == "+7 9•• •••-••-42"


@given(st.integers(min_value=79000000000, max_value=79999999999))
def test_no_more_than_four_digits_are_told(number: int) -> None:
    masked = phones.mask_phone(f"+{number}")
    assert sum(map(str.isdigit, masked)) == 4
    assert masked.endswith(f"{number}"[-2:])


@pytest.fixture
def household(alice: User, boris: User, staff: User, alices_flat: Link) -> Link:
    """Алиса and Борис hold one flat; she has sent readings, written a report and been let off a limit."""
    alice.email = ALICES_EMAIL
    alice.save()
    now = timezone.now()
    factories.LinkFactory(
        user=boris,
        account=alices_flat.account,
        group=factories.AccountGroupFactory(user=boris),
        linked_at=alices_flat.linked_at + timedelta(days=1),
    )
    Submission.objects.create(
        receipt="2611-000042-1",
        key=uuid4(),
        user=alice,
        account=alices_flat.account,
        meter=Meter.objects.get(installations__account=alices_flat.account),
        taken_on=now.date(),
        period=now.date().replace(day=1),
        submitted_at=now,
    )
    ErrorReport.objects.create(
        number="2611-000001-1", key=uuid4(), user=alice, account=alices_flat.account, reason="other", created_at=now
    )
    operations.release_phone(phone=str(alice.phone), reason="Житель позвонил.", staff=staff, at=now)
    return alices_flat


@pytest.mark.django_db
def test_no_page_of_another_resident_tells_it(household: Link, boris: User) -> None:
    client = PageClient()
    client.force_login(boris, backend="django.contrib.auth.backends.ModelBackend")
    own = Link.objects.get(user=boris)
    pages = [route for name, route in ROUTES.items() if name not in OPEN and "00000000" not in route]
    for page in [*(page.replace("/1/", f"/{own.pk}/") for page in pages), "/readings/receipts/2611-000042-1/"]:
        text = client.get(page).content.decode(errors="ignore")
        assert not ALICES_PHONE.search(text), page
        assert ALICES_EMAIL not in text, page


@pytest.mark.django_db
def test_ones_own_pages_show_ones_own_phone_masked(household: Link, alice: User) -> None:
    client = PageClient()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    for page in ("/", "/my-data/", "/personal-accounts/", "/notifications/"):
        assert not ALICES_PHONE.search(client.get(page).content.decode()), page
    assert "+7 9•• •••-••-01" in client.get("/my-data/").content.decode()


@pytest.mark.django_db
def test_lists_and_pages_of_the_staff_show_it_masked(household: Link, staff: User) -> None:
    """There is no page of the staff with a whole phone; one that needs it says why and is in the audit."""
    office, looked = open_office(staff), 0
    people = [household.user_id, *Link.objects.exclude(user=household.user).values_list("user_id", flat=True)]
    give_reason(staff=staff, people=people, reason="Сверка", at=timezone.now())
    for model in admin.site._registry:
        listed = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        pages = [listed, *(f"{listed}{pk}/change/" for pk in model._default_manager.values_list("pk", flat=True)[:3])]
        for page in pages:
            answer = office.get(page, follow=True)
            if answer.status_code != 200:
                continue
            looked += 1
            text = answer.content.decode()
            assert not ALICES_PHONE.search(text), page
            assert ALICES_EMAIL not in text, page
    assert looked > 20
    assert "+7 9•• •••-••-01" in office.get("/admin/billing/link/").content.decode()
    assert "+7 9•• •••-••-01" in office.get("/admin/accounts/phonerelease/").content.decode()


def test_an_sms_holds_no_phone_address_or_account() -> None:
    texts = [(path, path.read_text(encoding="utf-8")) for path in Path().glob("*/templates/*/messages/*/sms.txt")]
    assert texts
    for path, text in texts:
        names = {name.split("|")[0].split(".")[0] for name in re.findall(r"{{?\s*([\w.|]+)", text)}
        assert names <= FINE_IN_SMS, path
