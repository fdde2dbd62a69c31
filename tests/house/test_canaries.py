"""Words that cannot be missed go through the whole house; no log, task, address or broker repeats them (P5).

ASVS 14.2.1, 16.2.5; security.md T28.
"""

import io
import logging
import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import challenges
from accounts.models import PhoneChallenge, User
from accounts.privacy import exporting
from billing.models import Link, Payment
from meters.models import Meter
from meters.tasks import check_waiting_submissions
from notifications.models import OutgoingMessage
from notifications.tasks import deliver_message
from portal.log_lines import JsonLine
from support.models import ErrorReport
from tests import factories
from tests.arrivals import CONFIRM
from tests.pages import PageClient
from tests.support.test_staff_sign_in import code_of

pytestmark = pytest.mark.django_db

PHONE, STAFF_PHONE = "+79217313377", "+79217313388"
PASSWORD, NEW_PASSWORD, STAFF_PASSWORD = "Kanareyka7zheltaya", "Kanareyka8sinyaya", "Kanareyka9belaya"
NUMBER, DIGITS, AMOUNT = "018\\00917346", "01800917346", "9173,46"
CANARIES = {
    "phone": r"9217313377|921\D{0,3}731\D?33\D?77",
    "phone of staff": r"9217313388|921\D{0,3}731\D?33\D?88",
    "password": r"Kanareyka",
    "account number": r"00917346",
    "amount": r"9173[.,]46",
    "e-mail": r"kanareyka@",
    "name for an account": r"Канарейкин",
}


class Watch:
    """Everything that was said on the way."""

    def __init__(self) -> None:
        self.lines = io.StringIO()
        self.urls: list[str] = []
        self.sessions: set[str] = set()

    @property
    def codes(self) -> list[str]:
        return [challenges.derive_code(challenge) for challenge in PhoneChallenge.objects.all()]

    def find(self, text: str) -> list[str]:
        found = [name for name, pattern in CANARIES.items() if re.search(pattern, text)]
        found += ["code" for code in self.codes if re.search(rf"(?<![\d.]){code}(?!\d)", text)]
        found += ["session id" for key in self.sessions if key in text]
        return found


class WatchedClient(PageClient):
    """Commits what it does, so that hints go out; notes every address it asks for or is shown."""

    watch: Watch

    def request(self, **request: Any) -> HttpResponse:
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = super().request(**request)
        self.watch.urls.append(f"{request.get('PATH_INFO')}?{request.get('QUERY_STRING', '')}")
        self.watch.urls.append(response.headers.get("Location", ""))
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self.watch.urls += re.findall(r'(?:href|src|action)="([^"]*)"', response.content.decode())
        if settings.SESSION_COOKIE_NAME in self.cookies:
            self.watch.sessions.add(self.cookies[settings.SESSION_COOKIE_NAME].value)
        self.watch.sessions.discard("")
        return response


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch, root = Watch(), logging.getLogger()
    handler, level = logging.StreamHandler(watch.lines), root.level
    handler.setFormatter(JsonLine())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield watch
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def browser(watch: Watch) -> WatchedClient:
    client = WatchedClient()
    client.watch = watch
    return client


@pytest.fixture
def office(watch: Watch) -> WatchedClient:
    client = WatchedClient()
    client.watch = watch
    return client


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    broker.flushdb()
    yield broker
    broker.flushdb()


@pytest.fixture
def meter() -> Meter:
    account = factories.PersonalAccountFactory(number=NUMBER, digits=DIGITS)
    factories.BranchFactory(supplier=account.supplier)
    meter = factories.MeterFactory(supplier=account.supplier)
    factories.InstallationFactory(meter=meter, account=account)
    factories.ReadingFactory(scale=factories.ScaleFactory(meter=meter), value=Decimal(100))
    factories.BillFactory(account=account, amount_due=Decimal("9173.46"))
    factories.PaymentFactory(account=account, amount=Decimal("9173.46"), paid_on=timezone.localdate())
    return meter


def newest_code() -> str:
    return challenges.derive_code(PhoneChallenge.objects.latest("pk"))


def send_messages() -> None:
    for message_id in OutgoingMessage.objects.values_list("pk", flat=True):
        deliver_message(message_id=message_id)


def live_in(client: WatchedClient, meter: Meter) -> User:
    """From registration to deletion, wrong answers included."""
    typed = {"phone": PHONE, "password": PASSWORD, "terms": "on", "advertising": "on"}
    client.post("/registration/", typed)
    client.get("/registration/code/")
    client.post("/registration/code/", {"code": "000000"})
    client.post("/registration/code/", {"code": newest_code()})
    user = User.objects.get(phone=PHONE)
    client.post("/sign-out/")
    client.post("/sign-in/", {"phone": PHONE, "password": PASSWORD + "!"})
    client.cookies.clear()
    if client.post("/sign-in/", {"phone": PHONE, "password": PASSWORD}).headers.get("Location") == CONFIRM:
        client.get(CONFIRM)
        client.post(CONFIRM, {"code": newest_code()})
    claim = {
        "supplier": meter.supplier_id,
        "service": "electricity",
        "number": NUMBER,
        "proof": "payment",
        "paid_on": Payment.objects.get().paid_on.isoformat(),
        "amount": AMOUNT,
        "alias": "Канарейкин дом",
        "group": "new",
    }
    client.post(reverse("billing:link_create"), {**claim, "paid_on": f"{date(2020, 1, 1)}", "wait": "on"})
    client.post(reverse("billing:link_create"), claim)
    link = Link.objects.get(user=user)
    scale = meter.scales.get()
    client.post("/readings/", {"key": str(uuid4()), f"m{meter.pk}_{scale.code}": "200"})
    check_waiting_submissions()
    client.post(
        reverse("support:report_create"),
        {
            "key": str(uuid4()),
            "account": link.pk,
            "meter": "",
            "reason": "wrong_readings",
            "text": f"Звоните {PHONE}, счёт {NUMBER}",
        },
    )
    client.post("/my-data/password/confirm/", {"password": PASSWORD, "next": "/my-data/"})
    client.post("/my-data/e-mail/", {"email": "kanareyka@example.org"})
    client.post("/my-data/password/", {"password": NEW_PASSWORD, "current": PASSWORD})
    client.post("/my-data/export/")
    export = user.data_exports.get()
    exporting.make_data_export(export_id=export.pk, at=timezone.now(), clock=timezone.now)
    for page in ("/", "/readings/", "/history/", "/bills/", "/payments/", "/payment/", "/personal-accounts/"):
        client.get(page)
    for page in ("/my-data/", "/my-data/export/", "/notifications/", "/reports/", f"/bills/{uuid4()}/", "/nowhere/"):
        client.get(page)
    client.post("/my-data/deletion/")
    client.post("/password-reset/", {"phone": PHONE})
    send_messages()
    return user


def work_in(client: WatchedClient, meter: Meter) -> None:
    staff = factories.UserFactory(phone=STAFF_PHONE, is_staff=True, is_superuser=True)
    staff.set_password(STAFF_PASSWORD)
    staff.save()
    device = TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True)
    typed = {"username": STAFF_PHONE, "password": STAFF_PASSWORD, "next": "/admin/"}
    client.post("/admin/login/", {**typed, "password": "Kanareyka0", "otp_token": "000000"})
    client.post("/admin/login/", {**typed, "otp_token": code_of(device)})
    assert client.get("/admin/").status_code == 200
    report = ErrorReport.objects.get()
    for page in (
        "/admin/billing/personalaccount/",
        f"/admin/billing/personalaccount/{meter.installations.get().account_id}/change/",
        "/admin/billing/link/",
        "/admin/billing/bill/",
        "/admin/billing/payment/",
        "/admin/meters/submission/",
        f"/admin/support/errorreport/{report.pk}/change/",
        "/admin/notifications/outgoingmessage/",
        "/admin/accounts/phonerelease/",
    ):
        assert client.get(page).status_code == 200, page
    client.get("/admin/billing/personalaccount/", {"q": NUMBER})
    client.post("/admin/accounts/phonerelease/add/", {"phone": PHONE, "reason": "Житель позвонил сам."})
    client.post(f"/admin/support/errorreport/{report.pk}/take/", {"holder": ""})
    client.post(f"/admin/support/errorreport/{report.pk}/answer/", {"text": f"Исправили {NUMBER}"})


def read_broker(broker: redis.Redis) -> str:
    """Every key with all it holds."""
    said: list[object] = []
    for key in broker.scan_iter():
        kind = broker.type(key).decode()
        read = {
            "list": lambda key: broker.lrange(key, 0, -1),
            "hash": broker.hgetall,
            "set": broker.smembers,
            "zset": lambda key: broker.zrange(key, 0, -1),
            "string": broker.get,
        }[kind]
        said.append((key, read(key)))
    text = str(said)
    # Celery packs the body of a message in base64.
    bodies = re.findall(r'"body": ?"([A-Za-z0-9+/=]+)"', text)
    return text + "".join(b64decode(body).decode() for body in bodies)


def test_nothing_repeats_them(
    browser: WatchedClient, office: WatchedClient, meter: Meter, watch: Watch, broker: redis.Redis
) -> None:
    live_in(browser, meter)
    work_in(office, meter)
    assert watch.codes
    assert len(watch.sessions) > 3
    lines = watch.lines.getvalue().splitlines()
    assert any("request_finished" in line for line in lines)
    assert [(watch.find(line), line) for line in lines if watch.find(line)] == []
    # The search of Django's admin is a GET: a number typed there stands in that one address (docs/security.md).
    addresses = [url for url in watch.urls if not re.search(r"q(=|%3D)", url)]
    assert [(watch.find(url), url) for url in set(addresses) if watch.find(url)] == []
    told = read_broker(broker)
    assert "deliver_message" in told
    assert watch.find(told) == []


def test_they_rest_only_where_they_belong(browser: WatchedClient, meter: Meter, watch: Watch) -> None:
    live_in(browser, meter)
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        places: dict[str, set[str]] = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            for (row,) in cursor.fetchall():
                for name in watch.find(row):
                    places.setdefault(name, set()).add(table)
    assert "password" not in places
    assert places["session id"] <= {"django_session", "accounts_sessionrecord"}
    for name, found in places.items():
        assert not found & {"accounts_limitedact", "billing_linkguess", "accounts_securityevent"}, name
