"""A resident comes in, goes out, and gets a new password."""

import re

import pytest

from accounts.models import User
from notifications.models import OutgoingMessage
from notifications.senders import MemorySender
from notifications.tasks import deliver_message
from tests import residents
from tests.arrivals import come_in, trust_browser
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


def sign_in(client: PageClient, phone: str, password: str, **more: str) -> object:
    return client.post("/sign-in/", {"phone": phone, "password": password, **more})


@pytest.mark.parametrize("typed", ["+79005550101", "8 (900) 555-01-01", "900 555 01 01", "7-900-555-01-01"])
def test_comes_in_by_phone_however_it_is_typed(page: PageClient, alice: User, typed: str) -> None:
    trust_browser(page, alice)
    assert sign_in(page, typed, PASSWORD).url == "/"
    assert int(page.session["_auth_user_id"]) == alice.pk


def test_a_wrong_password_and_an_unknown_phone_are_answered_alike(page: PageClient, alice: User) -> None:
    known = sign_in(page, residents.ALICE, "Nepravilno7").content.decode()
    unknown = sign_in(PageClient(), residents.CHARLIE, "Nepravilno7").content.decode()
    assert "не подходит" in known
    assert mask(known) == mask(unknown)


def mask(html: str) -> str:
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)
    return html.replace(residents.ALICE, "").replace(residents.CHARLIE, "")


def test_signing_out_is_said(as_alice: PageClient) -> None:
    as_alice.post("/sign-out/")
    assert "Вы вышли из кабинета." in as_alice.get("/sign-in/").content.decode()


def test_goes_where_it_was_going_but_never_to_another_site(page: PageClient, alice: User) -> None:
    assert page.get("/readings/").url == "/sign-in/?next=/readings/"
    assert come_in(page, residents.ALICE, next="/readings/").url == "/readings/"
    page.post("/sign-out/")
    assert come_in(page, residents.ALICE, next="//evil.example/").url == "/"


def test_goes_out(as_alice: PageClient) -> None:
    assert as_alice.get("/sign-out/").status_code == 405
    assert as_alice.post("/sign-out/").url == "/sign-in/"
    assert as_alice.get("/readings/").status_code == 302


def test_guessing_is_slowed_down_and_the_owner_can_come_in_by_sms(page: PageClient, alice: User) -> None:
    for _ in range(10):
        sign_in(page, residents.ALICE, "Nepravilno7")
    answer = sign_in(page, residents.ALICE, PASSWORD)
    assert "Слишком много попыток" in answer.content.decode()
    reset(page, residents.ALICE, "Novyy8parol")
    assert int(page.session["_auth_user_id"]) == alice.pk


def reset(client: PageClient, phone: str, password: str, **more: str) -> object:
    assert client.post("/password-reset/", {"phone": phone}).url == "/password-reset/code/"
    for message in OutgoingMessage.objects.filter(status="queued"):
        deliver_message(message_id=message.pk)
    code = re.search(r"\d{6}", MemorySender.outbox[-1][1])
    assert code
    return client.post("/password-reset/code/", {"code": code[0], "password": password, **more})


def test_sets_a_new_password_by_sms_and_other_sessions_end(page: PageClient, as_alice: PageClient) -> None:
    assert reset(page, residents.ALICE, "Novyy8parol").url == "/"
    assert as_alice.get("/readings/").status_code == 302
    assert User.objects.get(phone=residents.ALICE).check_password("Novyy8parol")


def test_a_reset_for_an_unknown_phone_looks_the_same_and_sends_nothing(page: PageClient, alice: User) -> None:
    other = PageClient()
    assert page.post("/password-reset/", {"phone": residents.ALICE}).url == "/password-reset/code/"
    assert other.post("/password-reset/", {"phone": "+79005550155"}).url == "/password-reset/code/"
    strip = re.compile(r'value="\w+"|\+7 \d{3} \d{3}-\d\d-\d\d')
    ours, theirs = (strip.sub("", client.get("/password-reset/code/").content.decode()) for client in (page, other))
    assert ours == theirs
    assert OutgoingMessage.objects.filter(recipient="+79005550155").count() == 0


@pytest.mark.parametrize("kind", ["terms", "privacy", "advertising", "personal-data"])
def test_anyone_can_read_the_texts(page: PageClient, kind: str) -> None:
    assert page.get(f"/documents/{kind}/").status_code == 200
    assert page.get("/documents/other/").status_code == 404
