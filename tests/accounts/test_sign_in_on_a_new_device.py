"""After the right password a device not seen before is asked for a code, then trusted (security.md S14, S17, 6.6.2)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import challenges, known_devices, sessions
from accounts.audit.models import SecurityEvent
from accounts.models import PhoneChallenge, SessionRecord, TrustedDevice, User
from notifications.models import Notification, OutgoingMessage
from tests import residents
from tests.accounts.test_sign_in import reset
from tests.arrivals import CONFIRM, come_in, read_sign_in_code, trust_browser
from tests.factories import NOW, PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
RESEND = f"{CONFIRM}resend/"


@pytest.fixture(autouse=True)
def _each_request_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_seen", {})


def type_password(client: PageClient, **typed: str) -> object:
    return client.post("/sign-in/", {"phone": residents.ALICE, "password": PASSWORD, **typed})


def is_in(client: PageClient) -> bool:
    return bool(client.get("/notifications/").status_code == 200)


def enrol(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="Приложение", confirmed=True)


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


class TestNewDevice:
    def test_the_password_alone_opens_nothing(self, page: PageClient, alice: User) -> None:
        assert type_password(page).url == CONFIRM
        assert not is_in(page)
        text = page.get(CONFIRM).content.decode()
        assert "Отправили СМС" in text
        assert str(alice.phone) not in text
        assert OutgoingMessage.objects.get().event == "accounts/sign_in_code"

    def test_the_code_opens_and_the_device_is_trusted_for_ninety_days(self, page: PageClient, alice: User) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            assert come_in(page, residents.ALICE, next="/readings/").url == "/readings/"
            device = TrustedDevice.objects.get(user=alice)
            assert (device.proof, device.until) == ("sms", NOW + timedelta(days=90))
            assert SessionRecord.objects.get().trusted_device == device
            page.post("/sign-out/")
            clock.shift(timedelta(days=89))
            assert type_password(page).url == "/"
            page.post("/sign-out/")
            clock.shift(timedelta(days=1))
            assert type_password(page).url == CONFIRM

    def test_the_key_of_the_browser_stands_nowhere(self, page: PageClient, alice: User) -> None:
        come_in(page, residents.ALICE)
        assert page.cookies[known_devices.COOKIE].value != TrustedDevice.objects.get().key_hash

    def test_a_planted_key_gains_nothing(self, page: PageClient, alice: User) -> None:
        planted = "0" * 32
        page.cookies[known_devices.COOKIE] = planted
        come_in(page, residents.ALICE)
        thief = PageClient()
        thief.cookies[known_devices.COOKIE] = planted
        assert page.cookies[known_devices.COOKIE].value != planted
        assert type_password(thief).url == CONFIRM

    def test_two_of_a_household_share_a_browser(self, page: PageClient, alice: User, boris: User) -> None:
        come_in(page, residents.ALICE)
        page.post("/sign-out/")
        come_in(page, residents.BORIS)
        page.post("/sign-out/")
        assert TrustedDevice.objects.values("key_hash").distinct().count() == 1
        assert type_password(page).url == "/"

    def test_registration_and_a_new_password_trust_the_device_at_once(self, page: PageClient, alice: User) -> None:
        assert reset(page, residents.ALICE, "Novyy8parol").url == "/"
        page.post("/sign-out/")
        assert type_password(page, password="Novyy8parol").url == "/"

    def test_nobody_half_in_is_led_back(self, page: PageClient, alice: User) -> None:
        for answer in (page.get(CONFIRM), page.post(CONFIRM, {"code": "123456"}), page.post(RESEND)):
            assert answer.url == "/sign-in/"


class TestCode:
    def test_belongs_to_the_session_that_typed_the_password(self, page: PageClient, alice: User, boris: User) -> None:
        type_password(page)
        hers = read_sign_in_code(residents.ALICE)
        other = PageClient()
        other.post("/sign-in/", {"phone": residents.BORIS, "password": PASSWORD})
        assert "не подошёл" in other.post(CONFIRM, {"code": hers}).content.decode()
        assert not is_in(other)

    def test_is_no_code_for_a_new_password(self, page: PageClient, alice: User) -> None:
        page.post("/password-reset/", {"phone": residents.ALICE})
        code = challenges.derive_code(PhoneChallenge.objects.get())
        type_password(page)
        assert page.post(CONFIRM, {"code": code}).status_code == 422

    def test_five_wrong_ones_close_it(self, page: PageClient, alice: User) -> None:
        type_password(page)
        right = read_sign_in_code(residents.ALICE)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        for _ in range(5):
            assert page.post(CONFIRM, {"code": wrong}).status_code == 422
        assert "больше не действует" in page.post(CONFIRM, {"code": right}).content.decode()
        assert "закончились" in page.get(CONFIRM).content.decode()
        assert not is_in(page)

    def test_is_good_once(self, page: PageClient, alice: User) -> None:
        type_password(page)
        code = read_sign_in_code(residents.ALICE)
        assert page.post(CONFIRM, {"code": code}).url == "/"
        assert page.post(CONFIRM, {"code": code}).url == "/sign-in/"

    def test_another_one_comes_after_a_minute(self, page: PageClient, alice: User) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            type_password(page)
            first = read_sign_in_code(residents.ALICE)
            assert "Новый код можно запросить" in page.post(RESEND, follow=True).content.decode()
            clock.shift(timedelta(seconds=60))
            assert "Отправили код" in page.post(RESEND, follow=True).content.decode()
            assert page.post(CONFIRM, {"code": first}).status_code == 422
            assert page.post(CONFIRM, {"code": read_sign_in_code(residents.ALICE)}).url == "/"

    def test_no_sms_may_go_yet_and_the_page_waits_with_the_person(self, page: PageClient, alice: User) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            type_password(PageClient())
            assert type_password(page).url == CONFIRM
            text = page.get(CONFIRM).content.decode()
            assert 'data-countdown="60"' in text
            assert "code-input" not in text
            clock.shift(timedelta(seconds=60))
            page.post(RESEND)
            assert page.post(CONFIRM, {"code": read_sign_in_code(residents.ALICE)}).url == "/"

    def test_strangers_requests_for_the_phone_do_not_keep_its_owner_out(self, page: PageClient, alice: User) -> None:
        """T26: eight codes for a new password are a day's worth."""
        with time_machine.travel(NOW, tick=False):
            assert PageClient().post("/password-reset/", {"phone": residents.ALICE}).url
            assert come_in(page, residents.ALICE).url == "/"


class TestHalfIn:
    def test_lasts_ten_minutes(self, page: PageClient, alice: User) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            type_password(page)
            clock.shift(timedelta(minutes=10))
            assert page.get(CONFIRM).url == "/sign-in/"

    def test_ends_with_the_password(self, page: PageClient, alice: User) -> None:
        type_password(page)
        alice.set_password("Drugoy8parol")
        alice.save()
        assert page.post(CONFIRM, {"code": read_sign_in_code(residents.ALICE)}).url == "/sign-in/"

    def test_each_step_has_a_session_of_its_own(self, page: PageClient, alice: User) -> None:
        """T10."""
        page.post("/password-reset/", {"phone": residents.CHARLIE})
        keys = [page.session.session_key]
        type_password(page)
        keys.append(page.session.session_key)
        assert "password_reset" not in page.session
        page.post(CONFIRM, {"code": read_sign_in_code(residents.ALICE)})
        keys.append(page.session.session_key)
        assert len(set(keys)) == 3


class TestHowLong:
    def test_a_months_session_on_ones_own_device(self, page: PageClient, alice: User) -> None:
        """S14: untouched, and touched every day, thirty days."""
        for step in (timedelta(days=29), timedelta(days=1)):
            with time_machine.travel(timezone.now(), tick=False) as clock:
                trust_browser(page, alice)
                assert type_password(page).url == "/"
                assert page.cookies["session"]["max-age"] == 30 * 24 * 3600
                for _ in range(29 // step.days):
                    clock.shift(step)
                    assert is_in(page)
                clock.shift(timedelta(days=1, seconds=1))
                assert not is_in(page)

    def test_an_hour_on_anothers_device_which_is_forgotten(self, page: PageClient, alice: User) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            assert come_in(page, residents.ALICE, strange_device="on").url == "/"
            assert not page.cookies["session"]["max-age"]
            assert not TrustedDevice.objects.exists()
            clock.shift(timedelta(minutes=61))
            assert not is_in(page)
            assert type_password(page).url == CONFIRM

    def test_also_when_somebody_else_was_signed_in_there(self, as_alice: PageClient, boris: User) -> None:
        assert reset(as_alice, residents.BORIS, "Novyy8parol", strange_device="on").url == "/"
        assert not as_alice.cookies["session"]["max-age"]

    def test_a_trusted_device_called_anothers_is_trusted_no_more(self, page: PageClient, alice: User) -> None:
        trust_browser(page, alice)
        assert type_password(page, strange_device="on").url == "/"
        page.post("/sign-out/")
        assert type_password(page).url == CONFIRM

    def test_staff_stay_no_longer_for_it(self, page: PageClient, staff: User) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            come_in(page, residents.STAFF)
            clock.shift(timedelta(minutes=31))
            assert not is_in(page)

    def test_a_new_password_ends_the_trust_of_all_other_devices(self, page: PageClient, alice: User) -> None:
        trust_browser(page, alice)
        reset(PageClient(), residents.ALICE, "Novyy8parol")
        assert type_password(page, password="Novyy8parol").url == CONFIRM


class TestSetting:
    def test_always(self, page: PageClient, alice: User, settings: Any) -> None:
        settings.RESIDENT_SECOND_FACTOR = "always"
        trust_browser(page, alice)
        assert type_password(page).url == CONFIRM
        told = page.get(CONFIRM).content.decode()
        assert "при каждом входе" in told
        assert "через 90 дней" not in told

    def test_only_who_has_chosen_it(self, page: PageClient, alice: User, settings: Any) -> None:
        settings.RESIDENT_SECOND_FACTOR = "chosen"
        assert type_password(page).url == "/"
        page.post("/sign-out/")
        assert type_password(page).url == "/"
        enrol(alice)
        assert type_password(PageClient()).url == CONFIRM

    def test_what_a_password_alone_began_is_no_proof_later(self, page: PageClient, alice: User, settings: Any) -> None:
        settings.RESIDENT_SECOND_FACTOR = "chosen"
        type_password(page)
        page.post("/sign-out/")
        settings.RESIDENT_SECOND_FACTOR = "new_devices"
        assert type_password(page).url == CONFIRM


class TestApplication:
    def test_its_code_is_asked_for_instead_of_an_sms(self, page: PageClient, alice: User) -> None:
        device = enrol(alice)
        assert type_password(page).url == CONFIRM
        assert "Откройте приложение" in page.get(CONFIRM).content.decode()
        assert page.post(RESEND).url == CONFIRM
        assert not OutgoingMessage.objects.exists()
        assert page.post(CONFIRM, {"code": code_of(device)}).url == "/"
        assert TrustedDevice.objects.get().proof == "application"

    def test_a_code_is_good_once(self, page: PageClient, alice: User) -> None:
        device = enrol(alice)
        type_password(page)
        code = code_of(device)
        page.post(CONFIRM, {"code": code})
        other = PageClient()
        type_password(other)
        assert "не подошёл" in other.post(CONFIRM, {"code": code}).content.decode()

    def test_a_new_password_by_sms_does_not_go_past_it(self, page: PageClient, alice: User) -> None:
        """ASVS 6.4.3."""
        device = enrol(alice)
        assert reset(page, residents.ALICE, "Novyy8parol").url == CONFIRM
        assert not is_in(page)
        assert page.post(CONFIRM, {"code": code_of(device)}).url == "/"

    def test_after_a_wrong_code_it_is_told_how_long_to_wait(self, page: PageClient, alice: User) -> None:
        device = enrol(alice)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            type_password(page)
            wrong = f"{(int(code_of(device)) + 500_000) % 1_000_000:06d}"
            page.post(CONFIRM, {"code": wrong})
            for _ in range(20):  # none of them is looked at, so none costs a guess
                answer = page.post(CONFIRM, {"code": code_of(device)})
                assert "Введите код снова через 1 с" in answer.content.decode()
            clock.shift(timedelta(seconds=1))
            assert page.post(CONFIRM, {"code": code_of(device)}).url == "/"

    def test_ten_wrong_codes_a_day(self, page: PageClient, alice: User) -> None:
        device = enrol(alice)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            type_password(page)
            for number in range(10):
                if number == 5:
                    clock.shift(timedelta(minutes=11))
                    type_password(page)
                wrong = f"{(int(code_of(device)) + 500_000) % 1_000_000:06d}"
                assert "не подошёл" in page.post(CONFIRM, {"code": wrong}).content.decode()
                TOTPDevice.objects.update(throttling_failure_timestamp=None)  # as if its rest was waited for
            clock.shift(timedelta(minutes=9))
            answer = page.post(CONFIRM, {"code": code_of(device)}).content.decode()
            assert "Слишком много неверных кодов" in answer


class TestNews:
    def test_a_new_device_is_told_of_at_the_bell_and_by_letter(self, page: PageClient, alice: User) -> None:
        User.objects.update(last_login=timezone.now(), email="alisa@mail.example")
        come_in(page, residents.ALICE)
        assert "нового устройства" in Notification.objects.get(event="accounts/new_device").text
        assert OutgoingMessage.objects.get(event="accounts/new_device").recipient == "alisa@mail.example"
        page.post("/sign-out/")
        type_password(page)
        assert Notification.objects.filter(event="accounts/new_device").count() == 1

    def test_the_first_time_is_no_news(self, page: PageClient, alice: User) -> None:
        come_in(page, residents.ALICE)
        assert not Notification.objects.filter(event="accounts/new_device").exists()

    @pytest.mark.parametrize(("failures", "told"), [(4, False), (5, True)])
    def test_five_failures_before_it_are_told_of_once(
        self, page: PageClient, alice: User, failures: int, told: bool
    ) -> None:
        """ASVS 6.3.5."""
        User.objects.update(last_login=timezone.now() - timedelta(hours=2))
        for _ in range(failures):
            PageClient().post("/sign-in/", {"phone": residents.ALICE, "password": "Nepravilno7"})
        trust_browser(page, alice)
        for _ in range(2):
            assert type_password(page).url == "/"
            page.post("/sign-out/")
        told_of = Notification.objects.filter(event="accounts/sign_in_after_failures")
        assert told_of.count() == int(told)

    def test_coming_in_is_recorded_with_its_proof(self, page: PageClient, alice: User) -> None:
        come_in(page, residents.ALICE)
        event = SecurityEvent.objects.get(kind="sign_in", result="ok", user_id=alice.pk)
        assert event.figures == {"proof": "sms"}
