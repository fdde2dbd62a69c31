"""«Мои данные»: a resident sees where the cabinet is open, ends sessions, changes password and e-mail."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import EmailChange, SessionRecord, User
from accounts.privacy import operations
from notifications.models import Notification, OutgoingMessage
from tests import residents
from tests.accounts.test_sign_in import reset
from tests.arrivals import trust_browser
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

MY_DATA, SECURITY = "/my-data/", "/security/"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.fixture(autouse=True)
def _each_request_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_seen", {})


def sign_in(user: User, *, agent: str = FIREFOX, address: str = "192.0.2.7") -> PageClient:
    """On a device the user came in from before, which is another's: the session is a short one."""
    client = PageClient(headers={"user-agent": agent}, REMOTE_ADDR=address)
    trust_browser(client, user)
    typed = {"phone": str(user.phone), "password": PASSWORD, "strange_device": "on"}
    assert client.post("/sign-in/", typed).url == "/"
    return client


def is_in(client: PageClient) -> bool:
    return bool(client.get("/notifications/").status_code == 200)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class TestLook:
    def test_the_phone_is_masked(self, alice: User) -> None:
        text = text_of(sign_in(alice).get(MY_DATA))
        assert "+7 9•• •••-••-01" in text
        assert str(alice.phone) not in text

    def test_the_page_is_found_in_the_menu(self, as_alice: PageClient) -> None:
        assert f'href="{MY_DATA}"' in text_of(as_alice.get("/"))

    def test_each_session_tells_its_device_and_address(self, alice: User) -> None:
        sign_in(alice, agent=PIXEL, address="192.0.2.99")
        text = text_of(sign_in(alice).get(SECURITY))
        for words in ("Chrome, Android", "192.0.2.99", "Firefox, Windows", "192.0.2.7"):
            assert words in text
        assert text.count("вы здесь") == 1

    def test_a_stranger_sees_none_of_it(self, alice: User, charlie: User) -> None:
        sign_in(alice, address="192.0.2.99")
        assert "192.0.2.99" not in text_of(sign_in(charlie).get(SECURITY))


class TestSessions:
    def test_one_is_ended_and_closed_at_once(self, alice: User) -> None:
        other, here = sign_in(alice, agent=PIXEL), sign_in(alice)
        record = SessionRecord.objects.get(user_agent=PIXEL)
        url = reverse("second_factors:session_end", args=[record.pk])
        assert "Chrome, Android" in text_of(here.get(url))
        assert here.post(url).url == SECURITY
        assert not is_in(other)
        assert is_in(here)
        assert not Session.objects.filter(pk=record.session_id).exists()

    def test_all_others_are_ended_together(self, alice: User) -> None:
        others, here = [sign_in(alice), sign_in(alice)], sign_in(alice)
        assert here.post("/security/devices/end/").url == SECURITY
        assert [is_in(client) for client in [*others, here]] == [False, False, True]
        assert SessionRecord.objects.filter(user=alice).count() == 1

    def test_another_residents_session_is_not_found(self, alice: User, charlie: User) -> None:
        hers = sign_in(alice)
        record = SessionRecord.objects.get(user=alice)
        assert sign_in(charlie).post(reverse("second_factors:session_end", args=[record.pk])).status_code == 404
        assert is_in(hers)

    def test_signing_out_takes_the_record_away(self, alice: User) -> None:
        client = sign_in(alice)
        client.post("/sign-out/")
        assert not SessionRecord.objects.exists()

    def test_a_copy_left_in_the_cache_does_not_bring_an_ended_session_back(self, alice: User) -> None:
        with time_machine.travel(timezone.now()) as clock:
            client = sign_in(alice)
            SessionRecord.objects.all().delete()
            clock.shift(timedelta(minutes=1))
            assert not is_in(client)

    def test_a_new_password_by_sms_leaves_no_other_session_in_the_list(self, alice: User, as_alice: PageClient) -> None:
        as_alice.get("/")
        reset(PageClient(), residents.ALICE, "Novyy8parol")
        assert SessionRecord.objects.filter(user=alice).count() == 1
        assert not is_in(as_alice)

    @pytest.mark.parametrize(("staff_member", "minutes"), [(False, 60), (True, 30)])
    def test_idle_too_long_it_ends(self, alice: User, staff_member: bool, minutes: int) -> None:
        User.objects.update(is_staff=staff_member)
        start = timezone.now()
        with time_machine.travel(start) as clock:
            client = sign_in(alice)
            clock.shift(timedelta(minutes=minutes - 1))
            assert is_in(client)
            clock.shift(timedelta(minutes=minutes + 1))
            assert not is_in(client)

    @pytest.mark.parametrize(("staff_member", "hours"), [(False, 24), (True, 12)])
    def test_used_all_the_time_it_ends_all_the_same(self, alice: User, staff_member: bool, hours: int) -> None:
        User.objects.update(is_staff=staff_member)
        with time_machine.travel(timezone.now()) as clock:
            client = sign_in(alice)
            for _ in range(hours * 3 - 1):
                clock.shift(timedelta(minutes=20))
                assert is_in(client)
            clock.shift(timedelta(minutes=21))
            assert not is_in(client)


class TestPasswordAgain:
    """security.md S15."""

    GUARDED = ("/my-data/password/", "/my-data/e-mail/", "/security/devices/end/")

    @pytest.mark.parametrize("url", GUARDED)
    def test_a_stale_session_is_asked_for_the_password_and_goes_on(self, alice: User, url: str) -> None:
        with time_machine.travel(timezone.now()) as clock:
            client = sign_in(alice)
            assert client.get(url).status_code == 200
            clock.shift(timedelta(minutes=6))
            for answer in (client.get(url), client.post(url)):
                assert answer.url.startswith("/my-data/password/confirm/?next=")
            page = client.get(answer.url)
            before = client.session.session_key
            assert client.post(answer.url, {"password": PASSWORD, "next": page.context["next"]}).url == url
            assert client.session.session_key != before
            assert client.get(url).status_code == 200

    def test_ending_one_session_asks_too(self, alice: User) -> None:
        with time_machine.travel(timezone.now()) as clock:
            other, here = sign_in(alice, agent=PIXEL), sign_in(alice)
            clock.shift(timedelta(minutes=6))
            record = SessionRecord.objects.get(user_agent=PIXEL)
            assert "/confirm/" in here.post(reverse("second_factors:session_end", args=[record.pk])).url
            assert is_in(other)

    def test_the_same_session_stays_in_the_list_under_its_new_id(self, alice: User) -> None:
        client = sign_in(alice)
        began = SessionRecord.objects.get().started_at
        client.post("/my-data/password/confirm/", {"password": PASSWORD})
        record = SessionRecord.objects.get()
        assert (record.session_id, record.started_at) == (client.session.session_key, began)

    def test_guessing_stops_after_five(self, alice: User) -> None:
        client = sign_in(alice)
        for _ in range(5):
            assert "не подходит" in text_of(client.post("/my-data/password/confirm/", {"password": "Nepravilno7"}))
        assert "Подождите 15 минут" in text_of(client.post("/my-data/password/confirm/", {"password": PASSWORD}))

    def test_it_leads_to_no_other_site(self, alice: User) -> None:
        typed = {"password": PASSWORD, "next": "//evil.example/"}
        assert sign_in(alice).post("/my-data/password/confirm/", typed).url == MY_DATA


class TestPassword:
    def test_is_changed_and_other_sessions_end(self, alice: User) -> None:
        other, here = sign_in(alice), sign_in(alice)
        before = here.session.session_key
        assert here.post("/my-data/password/", {"password": "Novyy8parol"}).url == MY_DATA
        assert User.objects.get(pk=alice.pk).check_password("Novyy8parol")
        assert not is_in(other)
        assert is_in(here)
        assert here.session.session_key != before
        assert SessionRecord.objects.filter(user=alice).count() == 1
        assert Notification.objects.filter(user=alice, event="accounts/password_changed").exists()

    def test_a_weak_one_is_refused(self, alice: User) -> None:
        answer = sign_in(alice).post("/my-data/password/", {"password": "korotk"})
        assert answer.status_code == 422
        assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


class TestEmail:
    NEW = "alisa@mail.example"

    def ask(self, client: PageClient, email: str = NEW) -> str:
        assert client.post("/my-data/e-mail/", {"email": email}).url == MY_DATA
        body = OutgoingMessage.objects.filter(event="accounts/email_confirmation").latest("pk").body
        return next(line for line in body.splitlines() if "/my-data/e-mail/" in line).partition("/my-data")[2]

    def test_counts_only_after_the_link(self, alice: User) -> None:
        client = sign_in(alice)
        url = f"/my-data{self.ask(client)}"
        assert User.objects.get(pk=alice.pk).email == ""
        assert f"Ждём подтверждения адреса {self.NEW}" in text_of(client.get(MY_DATA))
        assert self.NEW in text_of(client.get(url))
        assert User.objects.get(pk=alice.pk).email == ""
        assert client.post(url).url == MY_DATA
        assert User.objects.get(pk=alice.pk).email == self.NEW
        assert not mail.outbox

    def test_phone_and_former_address_are_told(self, alice: User) -> None:
        User.objects.update(email="prezhniy@mail.example")
        client = sign_in(alice)
        client.post(f"/my-data{self.ask(client)}")
        told = OutgoingMessage.objects.filter(event="accounts/email_changed")
        assert set(told.values_list("recipient", flat=True)) == {residents.ALICE, "prezhniy@mail.example"}

    def test_a_link_is_good_for_a_day_and_once(self, alice: User) -> None:
        with time_machine.travel(timezone.now()) as clock:
            client = sign_in(alice)
            url = f"/my-data{self.ask(client)}"
            client.post(url)
            assert "больше не действует" in text_of(client.post(url, follow=True))
            late = f"/my-data{self.ask(client, 'drugoy@mail.example')}"
            clock.shift(timedelta(hours=25))
            client = sign_in(alice)
            assert "больше не действует" in text_of(client.post(late, follow=True))
        assert User.objects.get(pk=alice.pk).email == self.NEW

    def test_a_later_address_makes_the_earlier_link_void(self, alice: User) -> None:
        client = sign_in(alice)
        first = f"/my-data{self.ask(client, 'oshibka@mail.example')}"
        self.ask(client)
        assert "больше не действует" in text_of(client.post(first, follow=True))

    def test_a_link_of_another_or_a_made_up_one_is_not_found(self, alice: User, charlie: User) -> None:
        url = f"/my-data{self.ask(sign_in(alice))}"
        stranger = sign_in(charlie)
        assert stranger.post(url).status_code == 404
        assert stranger.get(f"{url[:-3]}x/").status_code == 404
        assert EmailChange.objects.get().confirmed_at is None

    def test_can_be_left_as_it_was(self, alice: User) -> None:
        client = sign_in(alice)
        url = f"/my-data{self.ask(client)}"
        assert client.post("/my-data/e-mail/withdraw/").url == MY_DATA
        client.post(url)
        assert User.objects.get(pk=alice.pk).email == ""

    def test_letters_to_strangers_are_few(self, alice: User) -> None:
        client = sign_in(alice)
        for number in range(operations.EMAIL_CHANGES.count):
            self.ask(client, f"adres{number}@mail.example")
        assert client.post("/my-data/e-mail/", {"email": self.NEW}).status_code == 422
