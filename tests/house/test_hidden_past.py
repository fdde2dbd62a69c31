"""No page, file, feed or list shows what a cabinet held before a new password by SMS (security.md T11).

Алиса's cabinet is filled with words found nowhere else; whoever holds her phone now walks through every address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import DataExport, EmailChange, Recovery, User
from billing.models import AccountGroup, Bill, BillDelivery, Link, PersonalAccount
from meters import operations as meters
from meters.models import Meter, Submission
from meters.operations.feeds import create_calendar_feed
from notifications.models import Notification
from support.models import ErrorReport
from tests import factories, residents
from tests.accounts.test_sign_in import reset
from tests.house.test_every_page import ROUTES, walk
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

WORD = "Канарейка"
SERIAL = "77441199"
CANARIES = (WORD, WORD.lower(), SERIAL, "kanareyka", "018\\07777777")
BEGAN = factories.NOW - timedelta(days=40)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(factories.NOW, tick=True) as traveller:
        yield traveller


@dataclass(frozen=True)
class Cabinet:
    link: Link
    submission: Submission
    report: ErrorReport
    export: DataExport
    feed: str
    news: Notification

    @property
    def keys(self) -> dict[str, list[object]]:
        """What each address with a key of Алиса's row is filled with."""
        account, group = self.link.account, self.link.group
        bill = Bill.objects.get(account=account)
        meter = Meter.objects.get(installations__account=account)
        return {
            "billing:account_detail": [self.link.pk],
            "billing:link_edit": [self.link.pk],
            "billing:link_end": [self.link.pk],
            "billing:delivery_edit": [self.link.pk],
            "billing:group_edit": [group.pk],
            "billing:group_delete": [group.pk],
            "billing:bill_detail": [bill.public_id],
            "meters:meter_detail": [meter.pk],
            "meters:meter_history": [meter.pk],
            "meters:submission_detail": [self.submission.receipt],
            "support:report_detail": [self.report.number],
            "privacy:export_file": [self.export.public_id],
        }


@pytest.fixture
def cabinet(alice: User) -> Cabinet:
    link = residents.furnish(alice, title=f"{WORD} на крыше", serial=SERIAL, group=f"Гнездо {WORD}")
    PersonalAccount.objects.update(number="018\\07777777", digits="01807777777", address=f"г. {WORD}, д. 7")
    Bill.objects.update(number=f"{WORD}-1")
    Link.objects.update(linked_at=BEGAN, address_confirmed_at=BEGAN)
    AccountGroup.objects.update(created_at=BEGAN)
    User.objects.filter(pk=alice.pk).update(
        email="kanareyka@mail.example", last_login=factories.NOW - timedelta(days=1)
    )
    BillDelivery.objects.create(
        account=link.account, user=alice, method="email", email="kanareyka@mail.example", chosen_at=BEGAN
    )
    EmailChange.objects.create(
        user=alice, email="kanareyka@new.example", created_at=BEGAN, expires_at=factories.NOW + timedelta(days=1)
    )
    meter = Meter.objects.get(serial=SERIAL)
    with time_machine.travel(factories.NOW - timedelta(hours=1), tick=False):
        typed = {meter.pk: {"1": "12896", "2": "3588"}}
        now = timezone.now()
        (sent,) = meters.submit_readings(user=alice, key=uuid4(), typed=typed, taken_on=now.date(), at=now)
        meters.check_waiting_submissions(at=now)
        feed = create_calendar_feed(user=alice, at=now)
    report = ErrorReport.objects.create(
        number="2611-000077-7", key=uuid4(), user=alice, account=link.account, reason="other", text=WORD, created_at=now
    )
    export = DataExport.objects.create(
        user=alice,
        status="ready",
        content=b"",
        requested_at=now,
        ready_at=now,
        expires_at=factories.NOW + timedelta(days=6),
    )
    news = Notification.objects.create(user=alice, event="meters/other", text=WORD, since=BEGAN, created_at=now)
    link.refresh_from_db()
    return Cabinet(link, sent, report, export, feed, news)


def shows(answer: HttpResponse) -> list[str]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [canary for canary in CANARIES if canary in body.decode(errors="ignore")]


def look_everywhere(client: PageClient, cabinet: Cabinet) -> dict[str, list[str]]:
    """What is found, by address: pages without keys, pages with keys of Алиса's rows, and all that these link to."""
    routes = dict(walk(get_resolver().url_patterns))
    waiting = [path for name, path in ROUTES.items() if "<" not in routes[name] and "sign-out" not in path]
    waiting += [reverse(name, args=keys) for name, keys in cabinet.keys.items()]
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith("/") or path.startswith("/admin/"):
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code in (301, 302):
            waiting.append(answer.url)
        elif words := shows(answer):
            found[path] = words
        examined = getattr(answer, "examined", None)
        waiting += [link.partition("#")[0] for link in examined.links] if examined else []
    return found


def test_its_owner_finds_it_all(as_alice: PageClient, cabinet: Cabinet) -> None:
    """The canaries do sing: otherwise the walk below would prove nothing."""
    as_alice.have_typed_password()
    found = look_everywhere(as_alice, cabinet)
    assert {word for words in found.values() for word in words} >= {WORD, SERIAL, "kanareyka", "018\\07777777"}
    assert len(found) > 15
    for name, keys in cabinet.keys.items():
        assert as_alice.get(reverse(name, args=keys)).status_code == 200, name


def test_whoever_has_the_phone_now_finds_nothing(page: PageClient, cabinet: Cabinet) -> None:
    reset(page, residents.ALICE, "Novyy8parol")
    assert Recovery.objects.get().proven_at is None
    assert look_everywhere(page, cabinet) == {}
    for name, keys in cabinet.keys.items():
        answer = page.get(reverse(name, args=keys))
        assert answer.status_code in (404, 409), name
    assert page.post(reverse("notifications:notification_open", args=[cabinet.news.pk])).status_code == 404
    feed = PageClient().get(reverse("meters:calendar_file", args=[cabinet.feed]))
    assert shows(feed) == []
