"""A resident sets up an application with codes, keeps spare ones on paper, and sees where the cabinet is open."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import SessionRecord, TrustedDevice, User
from notifications.models import Notification, OutgoingMessage
from tests import residents
from tests.accounts.test_sign_in_on_a_new_device import code_of, is_in, type_password
from tests.accounts.test_staff_second_factor import read_code
from tests.arrivals import CONFIRM, come_in, trust_browser
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
SECURITY, APPLICATION, SPARE = "/security/", "/security/application/", "/security/spare-codes/"


@pytest.fixture
def inside(page: PageClient, alice: User) -> PageClient:
    """Алиса, signed in on her own device a moment ago."""
    come_in(page, residents.ALICE)
    return page


def text_of(client: PageClient, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def set_up(client: PageClient) -> list[str]:
    answer = client.post(APPLICATION, {"code": read_code(client.get(APPLICATION))})
    return re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>", answer.content.decode())


class TestSetUp:
    def test_the_risk_of_sms_is_told_in_plain_words(self, inside: PageClient) -> None:
        text = text_of(inside, SECURITY)
        assert "Чем рискует СМС" in text
        assert "перевыпускают чужие сим-карты" in text
        assert "+7 9•• •••-••-01" in text

    def test_the_first_code_turns_it_on_and_shows_ten_spare_codes_once(self, inside: PageClient, alice: User) -> None:
        codes = set_up(inside)
        assert len(set(codes)) == 10
        assert "из приложения" in text_of(inside, SECURITY)
        assert inside.get(APPLICATION).url == SECURITY
        assert Notification.objects.filter(user=alice, event="accounts/application_set").exists()

    def test_a_wrong_code_turns_nothing_on(self, inside: PageClient) -> None:
        wrong = f"{(int(read_code(inside.get(APPLICATION))) + 500_000) % 1_000_000:06d}"
        assert inside.post(APPLICATION, {"code": wrong}).status_code == 422
        assert not TOTPDevice.objects.filter(confirmed=True).exists()

    def test_what_was_trusted_by_sms_proves_itself_anew(self, inside: PageClient, alice: User) -> None:
        other = PageClient()
        trust_browser(other, alice)
        type_password(other)
        set_up(inside)
        assert is_in(inside)
        assert not is_in(other)
        assert type_password(other).url == CONFIRM
        inside.post("/sign-out/")
        assert type_password(inside).url == "/"

    def test_it_asks_for_the_password_again(self, inside: PageClient) -> None:
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            assert inside.get(APPLICATION).url.startswith("/my-data/password/confirm/")
            assert not TOTPDevice.objects.exists()

    def test_it_is_turned_off_and_told_of(self, inside: PageClient, alice: User) -> None:
        User.objects.update(email="alisa@mail.example")
        set_up(inside)
        assert inside.post(f"{APPLICATION}end/").url == SECURITY
        assert not TOTPDevice.objects.exists()
        assert not StaticToken.objects.exists()
        assert set(
            OutgoingMessage.objects.filter(event="accounts/application_ended").values_list("recipient", flat=True)
        ) == {residents.ALICE, "alisa@mail.example"}
        inside.post("/sign-out/")
        assert type_password(PageClient()).url == CONFIRM

    def test_staff_cannot_turn_it_off(self, page: PageClient, staff: User) -> None:
        device = TOTPDevice.objects.create(user=staff, name="Приложение", confirmed=True)
        page.post("/sign-in/", {"phone": residents.STAFF, "password": PASSWORD})
        assert page.post(CONFIRM, {"code": code_of(device)}).url == "/"
        page.post(f"{APPLICATION}end/")
        assert TOTPDevice.objects.filter(pk=device.pk).exists()


class TestSpareCodes:
    def test_only_their_hashes_are_kept(self, inside: PageClient) -> None:
        """ASVS 6.5.2: no column of any row has one."""
        codes = [code.replace("-", "") for code in set_up(inside)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM otp_static_statictoken")
            kept = {token for (token,) in cursor.fetchall()}
        assert len(kept) == 10
        assert not kept & set(codes)

    def test_each_opens_once_however_it_is_typed(self, inside: PageClient, alice: User) -> None:
        first, second, *_ = set_up(inside)
        for minutes, typed, opens in ((1, first.upper(), True), (2, first, False), (3, second.replace("-", " "), True)):
            client = PageClient()
            with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
                type_password(client)
                assert (client.post(CONFIRM, {"code": typed}).status_code == 302) is opens
        assert TrustedDevice.objects.filter(proof="spare_code").count() == 2

    def test_of_another_they_open_nothing(self, inside: PageClient, boris: User) -> None:
        code = set_up(inside)[0]
        TOTPDevice.objects.create(user=boris, name="Приложение", confirmed=True)
        other = PageClient()
        other.post("/sign-in/", {"phone": residents.BORIS, "password": PASSWORD})
        assert other.post(CONFIRM, {"code": code}).status_code == 422

    def test_new_ones_take_the_place_of_the_former(self, inside: PageClient) -> None:
        former = set_up(inside)
        assert "Осталось: <b>10</b>" in text_of(inside, SPARE)
        answer = inside.post(SPARE).content.decode()
        fresh = re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>", answer)
        assert len(set(fresh) - set(former)) == 10
        assert 'download="zapasnye-kody.txt"' in answer
        client = PageClient()
        type_password(client)
        assert client.post(CONFIRM, {"code": former[0]}).status_code == 422

    def test_few_left_are_told_of(self, inside: PageClient) -> None:
        set_up(inside)
        assert "Запасных кодов почти нет" not in text_of(inside, SECURITY)
        StaticToken.objects.filter(pk__in=StaticToken.objects.values("pk")[:8]).delete()
        assert "Запасных кодов почти нет" in text_of(inside, SECURITY)

    def test_without_an_application_there_are_none(self, inside: PageClient) -> None:
        assert inside.get(SPARE).url == SECURITY
        assert inside.post(SPARE).url == SECURITY
        assert not StaticToken.objects.exists()


class TestDevices:
    def test_a_trusted_one_is_forgotten_with_its_sessions(self, inside: PageClient, alice: User) -> None:
        other = PageClient()
        device = trust_browser(other, alice)
        type_password(other)
        url = f"{SECURITY}devices/{device.pk}/end/"
        assert url in text_of(inside, SECURITY)
        assert inside.get(url).status_code == 200
        assert inside.post(url).url == SECURITY
        assert not is_in(other)
        assert type_password(other).url == CONFIRM
        assert inside.post(url).status_code == 404

    def test_one_that_is_closed_is_still_listed(self, inside: PageClient, alice: User) -> None:
        trust_browser(PageClient(), alice)
        text = text_of(inside, SECURITY)
        assert "кабинет закрыт" in text
        assert text.count("вы здесь") == 1

    def test_another_residents_is_not_found(self, inside: PageClient, charlie: User) -> None:
        device = trust_browser(PageClient(), charlie)
        assert inside.post(f"{SECURITY}devices/{device.pk}/end/").status_code == 404
        assert TrustedDevice.objects.get(pk=device.pk).ended_at is None

    def test_the_one_at_hand_is_not_closed_under_ones_feet(self, inside: PageClient) -> None:
        device = SessionRecord.objects.get().trusted_device
        assert device
        assert inside.post(f"{SECURITY}devices/{device.pk}/end/").url == SECURITY
        assert is_in(inside)


def test_the_code_shown_at_set_up_does_not_open_again(inside: PageClient, alice: User) -> None:
    set_up(inside)
    client = PageClient()
    type_password(client)
    assert client.post(CONFIRM, {"code": code_of(TOTPDevice.objects.get())}).status_code == 422
