"""A key in one's device opens the cabinet without password and code (security.md S17, ASVS 6.3.3)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from accounts import sessions
from accounts.models import Passkey, TrustedDevice, User
from notifications.models import Notification
from tests import residents
from tests.accounts.test_sign_in_on_a_new_device import is_in, type_password
from tests.arrivals import CONFIRM, come_in, read_sign_in_code
from tests.authenticator import Authenticator
from tests.factories import PASSWORD
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
ORIGIN = "http://testserver"
SECURITY, NEW, SIGN_IN = "/security/", "/security/passkeys/new/", "/sign-in/passkey/"


@pytest.fixture
def inside(page: PageClient, alice: User) -> PageClient:
    come_in(page, residents.ALICE)
    return page


@pytest.fixture
def device(inside: PageClient) -> Authenticator:
    """Алиса's phone, with a key in it."""
    authenticator = Authenticator(ORIGIN)
    assert add(inside, authenticator).url == SECURITY
    return authenticator


def add(client: PageClient, authenticator: Authenticator, name: str = "Телефон") -> Any:
    options = client.get(NEW).context["options"]
    return client.post(NEW, {"name": name, "credential": authenticator.create(options)})


def ask(client: PageClient, url: str = SIGN_IN) -> str:
    return str(client.post(f"{url}request/").content.decode())


def enter(client: PageClient, authenticator: Authenticator, url: str = SIGN_IN, **typed: str) -> Any:
    return client.post(url, {"credential": authenticator.sign(ask(client, url)), **typed})


class TestAdd:
    def test_a_key_is_added_told_of_and_named(self, inside: PageClient, device: Authenticator, alice: User) -> None:
        assert "Телефон" in inside.get(SECURITY).content.decode()
        assert Notification.objects.filter(user=alice, event="accounts/passkey_added").exists()
        assert Passkey.objects.get().credential_id == device.credential_id

    def test_the_device_learns_no_phone_and_no_number_of_a_row(self, inside: PageClient, alice: User) -> None:
        options = inside.get(NEW).context["options"]
        assert str(alice.phone) not in options
        assert len(json.loads(options)["user"]["id"]) == 43

    def test_the_holder_must_have_been_looked_at(self, inside: PageClient) -> None:
        answer = add(inside, Authenticator(ORIGIN, verifies=False))
        assert (answer.status_code, Passkey.objects.count()) == (422, 0)

    def test_another_sites_answer_is_refused(self, inside: PageClient) -> None:
        assert add(inside, Authenticator("https://evil.example")).status_code == 422

    def test_an_answer_is_good_once(self, inside: PageClient) -> None:
        options = inside.get(NEW).context["options"]
        answer = Authenticator(ORIGIN).create(options)
        assert inside.post(NEW, {"name": "1", "credential": answer}).status_code == 302
        assert inside.post(NEW, {"name": "2", "credential": answer}).status_code == 422

    @pytest.mark.parametrize("nonsense", ["", "{}", "[]", "null", '{"id": 1}', "\x00"])
    def test_nonsense_is_refused(self, inside: PageClient, nonsense: str) -> None:
        inside.get(NEW)
        assert inside.post(NEW, {"name": "1", "credential": nonsense}).status_code == 422
        ask(PageClient())
        assert inside.post("/sign-out/").status_code == 302
        ask(inside)
        assert inside.post(SIGN_IN, {"credential": nonsense}).url == "/sign-in/"

    def test_it_asks_for_the_password_again(self, inside: PageClient) -> None:
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert inside.get(NEW).url.startswith("/my-data/password/confirm/")

    def test_at_a_bare_network_address_there_are_none(self, inside: PageClient) -> None:
        address = {"HTTP_HOST": "127.0.0.1:8000"}
        assert "Ключи входа" not in inside.get(SECURITY, **address).content.decode()
        assert inside.get(NEW, **address).url == SECURITY
        assert inside.post(f"{SIGN_IN}request/", **address).status_code == 404


class TestSignIn:
    def test_opens_without_phone_password_and_code(self, device: Authenticator, alice: User) -> None:
        client = PageClient()
        assert enter(client, device, next="/readings/").url == "/readings/"
        assert int(client.session["_auth_user_id"]) == alice.pk
        assert TrustedDevice.objects.filter(proof="passkey").count() == 1
        key = Passkey.objects.get()
        assert (key.sign_count, key.last_used_at is not None) == (1, True)

    def test_on_anothers_device_nothing_is_remembered(self, device: Authenticator) -> None:
        client = PageClient()
        enter(client, device, strange_device="on")
        assert is_in(client)
        assert not TrustedDevice.objects.filter(proof="passkey").exists()

    def test_an_answer_is_good_once_and_in_its_session(self, device: Authenticator) -> None:
        one, other = PageClient(), PageClient()
        answer = device.sign(ask(one))
        ask(other)
        assert other.post(SIGN_IN, {"credential": answer}).url == "/sign-in/"
        assert one.post(SIGN_IN, {"credential": answer}).url == "/"
        one.post("/sign-out/")
        assert one.post(SIGN_IN, {"credential": answer}).url == "/sign-in/"

    def test_an_answer_comes_within_five_minutes(self, device: Authenticator) -> None:
        client = PageClient()
        answer = device.sign(ask(client))
        with time_machine.travel(timezone.now() + timedelta(minutes=5)):
            assert client.post(SIGN_IN, {"credential": answer}).url == "/sign-in/"

    def test_a_copied_key_that_counts_backwards_is_refused(self, device: Authenticator) -> None:
        enter(PageClient(), device)
        device.count = 0
        assert enter(PageClient(), device).url == "/sign-in/"

    def test_a_forged_signature_or_owner_is_refused(self, device: Authenticator) -> None:
        for changed in ({"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"}, {"userHandle": bytes(32)}):
            client = PageClient()
            assert client.post(SIGN_IN, {"credential": device.sign(ask(client), **changed)}).url == "/sign-in/"

    def test_a_device_that_did_not_look_who_holds_it_is_refused(self, device: Authenticator) -> None:
        device.verifies = False
        assert enter(PageClient(), device).url == "/sign-in/"

    def test_of_a_user_who_may_not_come_in_any_more(self, device: Authenticator) -> None:
        User.objects.update(is_active=False)
        assert enter(PageClient(), device).url == "/sign-in/"

    def test_made_before_the_phone_changed_hands_opens_nothing(self, device: Authenticator) -> None:
        """T11: until the owner is recognised."""
        User.objects.update(hidden_before=timezone.now())
        assert enter(PageClient(), device).url == "/sign-in/"
        User.objects.update(hidden_before=None)
        assert enter(PageClient(), device).url == "/"


class TestInsteadOfTheCode:
    URL = "/sign-in/confirm/passkey/"

    def test_after_the_password_it_does_for_the_code(self, device: Authenticator, page: PageClient) -> None:
        page.post("/sign-out/")
        client = PageClient()
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            type_password(client)
            assert "Войти ключом" in client.get(CONFIRM).content.decode()
            assert enter(client, device, self.URL).url == "/"

    def test_only_ones_own(self, device: Authenticator, boris: User) -> None:
        client = PageClient()
        client.post("/sign-in/", {"phone": residents.BORIS, "password": PASSWORD})
        assert enter(client, device, self.URL).url == CONFIRM
        assert not is_in(client)

    def test_not_without_the_password(self, device: Authenticator) -> None:
        client = PageClient()
        assert client.post(f"{self.URL}request/").status_code == 404
        assert client.post(self.URL, {"credential": "{}"}).url == "/sign-in/"


class TestKeep:
    def test_is_renamed_and_removed(self, inside: PageClient, device: Authenticator, alice: User) -> None:
        url = f"{SECURITY}passkeys/{Passkey.objects.get().pk}/"
        assert inside.post(url, {"name": "Домашний компьютер"}).url == SECURITY
        assert "Домашний компьютер" in inside.get(SECURITY).content.decode()
        assert inside.post(f"{url}end/").url == SECURITY
        assert enter(PageClient(), device).url == "/sign-in/"
        assert Notification.objects.filter(user=alice, event="accounts/passkey_ended").exists()

    def test_anothers_is_not_found(self, device: Authenticator, as_charlie: PageClient) -> None:
        url = f"{SECURITY}passkeys/{Passkey.objects.get().pk}/"
        for path in (url, f"{url}end/"):
            assert as_charlie.get(path).status_code == 404
            assert as_charlie.post(path, {"name": "Моё"}).status_code == 404

    def test_counts_as_chosen(self, device: Authenticator, settings: Any) -> None:
        settings.RESIDENT_SECOND_FACTOR = "chosen"
        assert type_password(PageClient()).url == CONFIRM


@pytest.fixture
def tab(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Chromium with a device that knows its holder by the finger; whatever the console complains of fails the test."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    monkeypatch.setattr(sessions, "_seen", {})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"), locale="ru-RU")
        page = context.new_page()
        page.set_default_timeout(10_000)
        control = context.new_cdp_session(page)
        control.send("WebAuthn.enable")
        control.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
        assert not complaints


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_a_key_is_made_and_opens_the_cabinet(tab: Page, alice: User) -> None:
    tab.goto("/sign-in/")
    tab.get_by_label("Телефон").fill(residents.ALICE)
    tab.get_by_label("Пароль", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Войти", exact=True).click()
    tab.get_by_label("Код подтверждения").fill(read_sign_in_code(residents.ALICE))
    tab.get_by_role("button", name="Войти", exact=True).click()
    tab.wait_for_url("**/")
    tab.goto(SECURITY)
    tab.get_by_role("link", name="Добавить ключ").click()
    tab.get_by_label("Название").fill("Мой телефон")
    look(tab)
    tab.get_by_role("button", name="Создать ключ").click()
    expect(tab.get_by_role("link", name="Мой телефон")).to_be_visible()
    look(tab)
    tab.context.clear_cookies()
    tab.goto("/sign-in/?next=/security/")
    look(tab)
    tab.get_by_role("button", name="Войти ключом").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Вход и безопасность")
    expect(tab.get_by_text("последний вход")).to_be_visible()


def look(tab: Page) -> None:
    found = Axe().run(tab, options={"preload": False})
    assert not found.response["violations"], found.generate_report()
