"""What touches rights, contact data or money asks for the password again (security.md S15)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import SessionRecord, User
from billing.models import BillDelivery, Link
from tests import factories
from tests.arrivals import trust_browser
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

CONFIRM = "/my-data/password/confirm/"
GUARDED = (
    "privacy:password_change",
    "privacy:email_change",
    "second_factors:places_end",
    "second_factors:session_end",
    "second_factors:device_end",
    "second_factors:application_end",
    "second_factors:spare_codes_form",
    "privacy:export_overview",
    "privacy:deletion",
    "contacts:phone_change",
    "billing:link_end",
    "billing:delivery_edit",
    "billing:holder_end",
)


@pytest.fixture
def other_session(alice: User, page: PageClient) -> SessionRecord:
    page.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page.get("/")
    return SessionRecord.objects.get(user=alice)


@pytest.fixture
def later_link(alices_flat: Link, boris: User) -> Link:
    Link.objects.filter(pk=alices_flat.pk).update(linked_at=timezone.now() - timedelta(days=3))
    return factories.LinkFactory(user=boris, account=alices_flat.account, linked_at=timezone.now())


@pytest.mark.parametrize("name", GUARDED)
def test_a_stale_session_is_refused(
    as_alice: PageClient, alices_flat: Link, later_link: Link, other_session: SessionRecord, name: str
) -> None:
    TOTPDevice.objects.create(user=other_session.user, name="Приложение", confirmed=True)
    keys = {
        "second_factors:session_end": [other_session.pk],
        "second_factors:device_end": [trust_browser(PageClient(), other_session.user).pk],
        "billing:link_end": [alices_flat.pk],
        "billing:delivery_edit": [alices_flat.pk],
        "billing:holder_end": [alices_flat.pk, later_link.pk],
    }
    url = reverse(name, args=keys.get(name, []))
    with time_machine.travel(timezone.now()) as clock:
        as_alice.have_typed_password()
        assert as_alice.get(url).status_code == 200
        clock.shift(timedelta(minutes=5, seconds=1))
        for answer in (as_alice.get(url), as_alice.post(url)):
            assert answer.url == f"{CONFIRM}?{urlencode({'next': url})}"
        asked = as_alice.post(url, {"method": "paper", "email": "alisa@mail.example"})
        assert asked.templates[0].name == "accounts/privacy/password_confirm.html"
        assert Link.objects.filter(ended_at=None).count() == 2
        assert not BillDelivery.objects.exists()
        as_alice.post(CONFIRM, {"password": PASSWORD})
        assert as_alice.get(url).status_code == 200


def test_what_was_typed_comes_back_after_the_password(as_alice: PageClient, alices_flat: Link) -> None:
    url = reverse("billing:delivery_edit", args=[alices_flat.pk])
    asked = as_alice.post(url, {"method": "paper"})
    hidden = {name: asked.context[name] for name in ("next", "typed")}
    again = as_alice.post(CONFIRM, {"password": "Nepravilno7", **hidden})
    assert again.status_code == 422
    hidden = {name: again.context[name] for name in ("next", "typed")}
    back = as_alice.post(CONFIRM, {"password": PASSWORD, **hidden})
    assert (back.context["next"], back.context["fields"]) == (url, [("method", "paper")])
    as_alice.post(url, dict(back.context["fields"]))
    assert BillDelivery.objects.get().method == "paper"


def test_who_will_not_type_it_goes_back_to_where_the_act_stood(as_alice: PageClient, alices_flat: Link) -> None:
    ways = {
        reverse("billing:delivery_edit", args=[alices_flat.pk]): reverse(
            "billing:account_detail", args=[alices_flat.pk]
        ),
        reverse("second_factors:spare_codes_form"): reverse("second_factors:overview"),
        reverse("privacy:email_change"): "/my-data/",
        "/nothing/here/": "/",
    }
    for wanted, back in ways.items():
        answer = as_alice.get(CONFIRM, {"next": wanted})
        assert answer.context["way_out"] == back
        assert f'href="{back}"' in answer.content.decode()


def test_a_typed_password_is_not_carried_along(as_alice: PageClient) -> None:
    asked = as_alice.post("/my-data/password/", {"password": "Novyy8parol"})
    assert "Novyy8parol" not in asked.content.decode() if asked.content else asked.url.startswith(CONFIRM)


def test_nothing_typed_leads_to_another_site(as_alice: PageClient) -> None:
    back = as_alice.post(CONFIRM, {"password": PASSWORD, "next": "//evil.example/", "typed": "a=1"})
    assert back.context["next"] == "/my-data/"
