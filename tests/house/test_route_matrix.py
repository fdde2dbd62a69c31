"""Every address × {nobody, Алиса, Борис of her household, Чарли, staff without a right, staff} (security.md A1, T13).

The ids in the addresses are real: a stranger is stopped although he knows them. An address with a row in it that is
not in `OWN` or `SHARED` fails the first test.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import Consent, ConsentDocument, DataExport, EmailChange, SessionRecord, User
from accounts.second_factors.models import Passkey, TrustedDevice
from billing.models import Bill, Link, LinkRequest
from meters.models import Meter, MeterPhoto, Submission, SubmissionValue
from notifications import operations as notifications
from support.models import Attachment, ErrorReport
from tests import factories, residents
from tests.house.test_every_page import OPEN, fill, walk
from tests.offices import open_office
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
PATTERNS = [(name, route) for name, route in walk(get_resolver().url_patterns)]
RESIDENTS = {name: route for name, route in PATTERNS if not route.startswith("/admin")}
ROOMS = [(name, fill(route)) for name, route in PATTERNS if route.startswith("/admin") and "(?P" not in route]
STAFF_NAMES, STAFF = [name for name, _ in ROOMS], [address for _, address in ROOMS]
SIGN_IN, STAFF_SIGN_IN = "/sign-in/", "/admin/login/"

# What only Алиса reaches, and what all who hold the personal account do.
OWN = {
    "privacy:document_detail",
    "privacy:export_file",
    "privacy:email_confirm",
    "second_factors:device_end",
    "second_factors:passkey_edit",
    "second_factors:passkey_end",
    "second_factors:session_end",
    "notifications:notification_open",
    "billing:account_detail",
    "billing:link_check",
    "billing:link_confirm",
    "billing:link_edit",
    "billing:link_end",
    "billing:link_restore",
    "billing:delivery_edit",
    "billing:delivery_withdraw",
    "billing:holder_end",
    "billing:link_request_withdraw",
    "billing:group_edit",
    "billing:group_delete",
    "support:report_detail",
    "support:report_answer",
    "support:attachment_detail",
}
SHARED = {
    "billing:bill_detail",
    "meters:submission_batch",
    "meters:submission_verdict",
    "meters:submission_detail",
    "meters:submission_confirm",
    "meters:submission_correct",
    "meters:submission_withdraw",
    "meters:submission_restore",
    "meters:submission_pdf",
    "meters:photo_add",
    "meters:photo_detail",
    "meters:meter_detail",
    "meters:meter_history",
    "meters:meter_nickname",
    "support:replacement_create",
    "meters:paper_bill",
    "meters:meter_readings",
}
# The row is named by nothing a stranger could have: a kind of text, or a signed token.
NO_ROW = {"accounts:document_detail", "privacy:consent_decide", "recovery:letter_confirm", "meters:calendar_file"}
# Whoever may read reports takes their files, within the scope.
STAFF_TOO = {"support:attachment_detail", "meters:photo_detail"}
# A member of staff without any right still has a name, a password and a second factor.
NO_RIGHT_NEEDED = {
    "/admin/",
    "/admin/login/",
    "/admin/logout/",
    "/admin/jsi18n/",
    "/admin/password_change/",
    "/admin/password_change/done/",
    "/admin/second-factor/",
    "/admin/spare-codes/",
}


@dataclass
class World:
    """A household with a row behind every address, and who may knock."""

    alice: User
    boris: User
    flat: Link
    addresses: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def world(alice: User, boris: User, alices_flat: Link) -> World:
    world, now = World(alice, boris, alices_flat), timezone.now()
    account, soon = alices_flat.account, now + timedelta(days=1)
    Link.objects.filter(pk=alices_flat.pk).update(linked_at=now - timedelta(days=90), address_confirmed_at=now)
    later = factories.LinkFactory(user=boris, account=account, linked_at=now)
    meter = Meter.objects.get(installations__account=account)
    submission = Submission.objects.create(
        receipt="2611-000042-1",
        key=uuid4(),
        user=alice,
        account=account,
        meter=meter,
        taken_on=timezone.localdate(),
        period=timezone.localdate().replace(day=1),
        status=Submission.Status.ACCEPTED,
        submitted_at=now,
        accepted_at=now,
    )
    SubmissionValue.objects.create(submission=submission, scale=meter.scales.get(code="1"), typed="12896", value=12896)
    path = default_storage.save("matrix/a.jpg", ContentFile(b"jpeg"))
    photo = MeterPhoto.objects.create(submission=submission, user=alice, file=path, digest="d", size=4, added_at=now)
    report = ErrorReport.objects.create(
        number="2611-000001-1", key=uuid4(), user=alice, account=account, reason="other", text="Не то", created_at=now
    )
    attachment = Attachment.objects.create(
        report=report, file=path, name="a.jpg", content_type="image/jpeg", size=4, added_at=now
    )
    document = ConsentDocument.objects.filter(kind="terms").latest("version")
    Consent.objects.create(user=alice, document=document, given=True, preselected=False, decided_at=now)
    export = DataExport.objects.create(
        user=alice, status="ready", content=b"", requested_at=now, ready_at=now, expires_at=soon
    )
    change = EmailChange.objects.create(user=alice, email="alice@post.example", created_at=now, expires_at=soon)
    waiting = LinkRequest.objects.create(
        user=alice,
        supplier=account.supplier,
        digits="1",
        shown_number="1",
        paid_on=timezone.localdate(),
        amount=1,
        group=alices_flat.group,
        created_at=now,
        expires_at=soon,
    )
    device = TrustedDevice.objects.create(
        user=alice, key_hash="h", proof="sms", first_seen_at=now, last_seen_at=now, until=soon
    )
    passkey = Passkey.objects.create(
        user=alice, name="Телефон", credential_id=b"c", public_key=b"k", sign_count=0, created_at=now
    )
    enter(alice)
    news = notifications.notify(user=alice, event="accounts/welcome", context={}, at=now)
    keys: dict[str, list[object]] = {
        "privacy:document_detail": [document.pk],
        "privacy:export_file": [export.public_id],
        "privacy:email_confirm": [signing.dumps(change.pk, salt="accounts.email-change")],
        "second_factors:device_end": [device.pk],
        "second_factors:passkey_edit": [passkey.pk],
        "second_factors:passkey_end": [passkey.pk],
        "second_factors:session_end": [SessionRecord.objects.filter(user=alice).latest("pk").pk],
        "notifications:notification_open": [news.pk],
        "billing:holder_end": [alices_flat.pk, later.pk],
        "billing:link_request_withdraw": [waiting.public_id],
        "billing:bill_detail": [Bill.objects.get(account=account).public_id],
        "billing:group_edit": [alices_flat.group_id],
        "billing:group_delete": [alices_flat.group_id],
        "meters:photo_detail": [photo.public_id],
        "meters:meter_readings": [meter.pk, "csv"],
        "support:attachment_detail": [attachment.public_id],
        "support:replacement_create": [meter.pk],
    }
    for name in OWN | SHARED:
        if name.startswith("billing:"):
            keys.setdefault(name, [alices_flat.pk])
        elif name.startswith("support:"):
            keys.setdefault(name, [report.number])
        elif "key" in RESIDENTS[name]:
            keys.setdefault(name, [submission.key])
        elif "receipt" in RESIDENTS[name]:
            keys.setdefault(name, [submission.receipt])
        elif "meters/" in RESIDENTS[name]:
            keys.setdefault(name, [meter.pk])
    world.addresses = {name: reverse(name, args=keys[name]) for name in OWN | SHARED}
    return world


def enter(user: User) -> PageClient:
    """A browser in which the password was typed just now."""
    client = PageClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[sessions.PASSWORD_AT] = timezone.now().timestamp()
    session.save()
    client.get("/help/")
    return client


def is_reached(answer: HttpResponse) -> bool:
    """The row is there for this person, whatever the page then says of the deed."""
    leads_away = answer.status_code == 302 and answer.url.startswith(SIGN_IN)
    return answer.status_code in (200, 302, 303, 405, 409, 422) and not leads_away


def assert_finds_nothing(client: PageClient, name: str, address: str) -> None:
    """As if there were no such row; a form that says nothing may be refused before the row is looked for."""
    got, posted = client.get(address).status_code, client.post(address).status_code
    assert got in (404, 405), f"GET {name}: {got}"
    assert posted in (400, 404, 405), f"POST {name}: {posted}"


def test_every_address_with_a_row_is_classified() -> None:
    with_row = {name for name, route in RESIDENTS.items() if "<" in route}
    assert with_row - OPEN == (OWN | SHARED | NO_ROW) - OPEN


def test_nobody_is_led_to_the_door(page: PageClient, world: World) -> None:
    own = {name: fill(route) for name, route in RESIDENTS.items() if "<" not in route} | world.addresses
    for name, address in own.items():
        if name not in OPEN:
            for answer in (page.get(address), page.post(address)):
                assert (answer.status_code, answer.url.startswith(SIGN_IN)) == (302, True), name
    for address in STAFF:
        answer = page.get(address)
        assert answer.status_code in (302, 404) or address in (STAFF_SIGN_IN, "/admin/jsi18n/"), address


def test_alice_reaches_all_that_is_hers(world: World) -> None:
    client = enter(world.alice)
    missed = {name for name, address in world.addresses.items() if not is_reached(client.get(address))}
    assert missed == set()


def test_boris_reaches_what_the_household_shares_and_nothing_of_hers(world: World) -> None:
    client = enter(world.boris)
    missed = {name for name in SHARED if not is_reached(client.get(world.addresses[name]))}
    assert missed == set()
    for name in sorted(OWN):
        assert_finds_nothing(client, name, world.addresses[name])


@pytest.mark.parametrize("who", ["charlie", "staff_without_a_right", "staff"])
def test_strangers_find_nothing_though_they_know_the_ids(who: str, world: World) -> None:
    client = make_stranger(who)
    allowed = STAFF_TOO if who == "staff" else set()
    for name in sorted(OWN | SHARED):
        if name not in allowed:
            assert_finds_nothing(client, name, world.addresses[name])


def test_residents_see_no_room_of_the_staff(world: World, charlie: User) -> None:
    for user in (world.alice, world.boris, charlie):
        client = enter(user)
        for address in STAFF:
            assert client.get(address).status_code in (302, 404) or address in NO_RIGHT_NEEDED, address


def test_without_a_right_staff_see_no_room(world: World) -> None:
    """An address may lead on, but only to one that is closed as well."""
    client = make_stranger("staff_without_a_right")
    for address in sorted(set(STAFF) - NO_RIGHT_NEEDED):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in (302, 403, 404, 405), f"{address}: {answer.status_code}"
            if answer.status_code == 302 and answer.url != "/admin/":
                assert client.get(answer.url).status_code in (302, 403, 404), f"{address}: {answer.url}"


def test_staff_open_every_room(world: World) -> None:
    """Every list opens; no address, with whatever in it, breaks."""
    client = make_stranger("staff")
    for address in STAFF:
        if not address.endswith(("/logout/", "/login/")):
            assert client.get(address).status_code in (200, 302, 403, 404, 405), address
    rooms = [address for name, address in zip(STAFF_NAMES, STAFF, strict=True) if name.endswith("_changelist")]
    assert len(rooms) > 15
    assert {client.get(address).status_code for address in rooms} == {200}


def make_stranger(who: str) -> PageClient:
    if who == "charlie":
        return enter(residents.make_resident(residents.CHARLIE))
    if who == "staff":
        return open_office(residents.make_staff())
    return open_office(factories.UserFactory(phone="+79005550188", name="Пётр", is_staff=True))
