"""A resident moves the cabinet to another number; the former one is told (security.md S13-S15, ASVS 6.3.7, 7.4.3)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import challenges
from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.contacts import operations
from accounts.models import Passkey, PhoneChallenge, PhoneChange, TrustedDevice, User
from accounts.operations import ChallengeClosed, Visitor
from notifications.models import Notification, OutgoingMessage
from tests import residents
from tests.accounts.test_sign_in import reset
from tests.arrivals import come_in, trust_browser
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

FORM, CODE, RESEND = "/my-data/phone/", "/my-data/phone/code/", "/my-data/phone/code/resend/"
NEW = "+79005550177"


@pytest.fixture
def client(page: PageClient, alice: User) -> PageClient:
    trust_browser(page, alice)
    assert come_in(page, residents.ALICE).url == "/"
    return page


def code_for(phone: str) -> str:
    return challenges.derive_code(PhoneChallenge.objects.filter(phone=phone, purpose="phone_change").latest("pk"))


def ask(client: PageClient, phone: str = "8 900 555-01-77") -> None:
    assert client.post(FORM, {"phone": phone}).url == CODE


def make_passkey(user: User, *, days_ago: int) -> Passkey:
    made_at = timezone.now() - timedelta(days=days_ago)
    return Passkey.objects.create(
        user=user,
        name="Телефон",
        credential_id=str(days_ago).encode(),
        public_key=b"",
        sign_count=0,
        created_at=made_at,
    )


def phone_of(user: User) -> str:
    return str(User.objects.get(pk=user.pk).phone)


def test_counts_only_after_the_code(client: PageClient, alice: User) -> None:
    assert "+7 9•• •••-••-01" in client.get(FORM).content.decode()
    ask(client)
    page = client.get(CODE).content.decode()
    assert "+7 900 555-01-77" in page
    assert NEW not in page
    assert phone_of(alice) == residents.ALICE
    before = client.session.session_key
    assert client.post(CODE, {"code": code_for(NEW)}).url == "/my-data/"
    assert phone_of(alice) == NEW
    assert client.session.session_key != before
    assert client.get("/").status_code == 200
    kinds = SecurityEvent.objects.filter(user_id=alice.pk).values_list("kind", flat=True)
    assert {Kind.PHONE_CHANGE_ASKED, Kind.PHONE_CHANGED} <= set(kinds)


def test_the_former_number_and_the_address_are_told(client: PageClient, alice: User) -> None:
    User.objects.update(email="alisa@mail.example")
    ask(client)
    client.post(CODE, {"code": code_for(NEW)})
    told = OutgoingMessage.objects.filter(event="accounts/phone_changed").values_list("channel", "recipient")
    assert set(told) == {("sms", residents.ALICE), ("email", "alisa@mail.example")}
    assert "отделение" in OutgoingMessage.objects.get(event="accounts/phone_changed", channel="sms").body
    assert Notification.objects.filter(user=alice, event="accounts/phone_changed").exists()


def test_every_other_session_and_trusted_device_ends(client: PageClient, as_alice: PageClient, alice: User) -> None:
    assert as_alice.get("/").status_code == 200
    elsewhere = trust_browser(PageClient(), alice)
    ask(client)
    client.post(CODE, {"code": code_for(NEW)})
    assert as_alice.get("/").status_code == 302
    elsewhere.refresh_from_db()
    assert elsewhere.ended_at is not None
    assert TrustedDevice.objects.visible_to(alice).standing().count() == 1


def test_a_wrong_code_changes_nothing_and_five_end_it(client: PageClient, alice: User) -> None:
    ask(client)
    wrong = "000000" if code_for(NEW) != "000000" else "111111"
    for _ in range(5):
        assert client.post(CODE, {"code": wrong}).status_code == 422
    assert "попыт" in client.post(CODE, {"code": code_for(NEW)}).content.decode()
    assert phone_of(alice) == residents.ALICE


def test_sent_again_the_former_code_is_good_no_more(client: PageClient, alice: User) -> None:
    with time_machine.travel(timezone.now()) as clock:
        ask(client)
        first = code_for(NEW)
        clock.shift(timedelta(seconds=61))
        assert client.post(RESEND).url == CODE
        assert client.post(CODE, {"code": first}).status_code == 422 or first == code_for(NEW)
        assert client.post(CODE, {"code": code_for(NEW)}).url == "/my-data/"


def test_a_taken_number_is_answered_alike_and_its_owner_told_once(client: PageClient, alice: User, boris: User) -> None:
    with time_machine.travel(timezone.now()) as clock:
        ask(client, residents.BORIS)
        page = client.get(CODE).content.decode()
        assert "Отправили СМС на номер" in page
        assert client.post(CODE, {"code": code_for(residents.BORIS)}).status_code == 422
        clock.shift(timedelta(minutes=3))
        ask(client, residents.BORIS)
    told = OutgoingMessage.objects.filter(recipient=residents.BORIS)
    assert list(told.values_list("event", flat=True)) == ["accounts/phone_taken"]
    assert phone_of(alice) == residents.ALICE


def test_a_number_taken_while_the_code_was_typed_stays_its_owners(alice: User) -> None:
    change = operations.begin_phone_change(
        user=alice, phone=NEW, visitor=Visitor(address="192.0.2.7"), at=timezone.now()
    )
    residents.make_resident(NEW)
    with pytest.raises(ChallengeClosed):
        operations.confirm_phone_change(user=alice, change_id=change.public_id, code=code_for(NEW), at=timezone.now())
    assert phone_of(alice) == residents.ALICE
    assert SecurityEvent.objects.filter(kind=Kind.PHONE_CHANGED, result="failed").exists()


def test_the_code_of_one_session_is_nothing_in_another(client: PageClient, as_charlie: PageClient) -> None:
    ask(client)
    as_charlie.have_typed_password()
    assert as_charlie.post(CODE, {"code": code_for(NEW)}).url == FORM
    assert PhoneChange.objects.get().confirmed_at is None


def test_the_same_number_is_told_so(client: PageClient) -> None:
    answer = client.post(FORM, {"phone": residents.ALICE})
    assert answer.status_code == 422
    assert "вы и входите" in answer.content.decode()


def test_numbers_are_few_a_day(alice: User) -> None:
    visitor = Visitor(address="192.0.2.7")
    for number in range(operations.CHANGES.count):
        operations.begin_phone_change(user=alice, phone=f"+7900555{number}277", visitor=visitor, at=timezone.now())
    with pytest.raises(operations.TooManyPhoneChanges):
        operations.begin_phone_change(user=alice, phone=NEW, visitor=visitor, at=timezone.now())


def test_a_password_reset_begun_on_the_former_number_comes_to_nothing(client: PageClient, alice: User) -> None:
    other = PageClient()
    other.post("/password-reset/", {"phone": residents.ALICE})
    ask(client)
    client.post(CODE, {"code": code_for(NEW)})
    late = challenges.derive_code(PhoneChallenge.objects.get(purpose="password_reset"))
    assert other.post("/password-reset/code/", {"code": late, "password": "Novyy8parol"}).status_code == 422
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_staff_give_the_former_number_back_and_nobody_stays_in(client: PageClient, alice: User, staff: User) -> None:
    ask(client)
    client.post(CODE, {"code": code_for(NEW)})
    change = PhoneChange.objects.get()
    operations.return_phone(change_id=change.pk, staff=staff, reason="паспорт", at=timezone.now())
    assert phone_of(alice) == residents.ALICE
    assert client.get("/").status_code == 302
    assert come_in(PageClient(), residents.ALICE).status_code == 422
    assert SecurityEvent.objects.get(kind=Kind.PHONE_RETURNED).staff_id == staff.pk
    assert OutgoingMessage.objects.filter(event="accounts/phone_returned", recipient=residents.ALICE).exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        reset(PageClient(), residents.ALICE, "Novyy8parol")
    assert User.objects.get(pk=alice.pk).check_password("Novyy8parol")


def test_keys_made_by_whoever_took_the_cabinet_open_it_no_more(client: PageClient, alice: User, staff: User) -> None:
    own = make_passkey(alice, days_ago=30)
    make_passkey(alice, days_ago=0)
    TOTPDevice.objects.create(user=alice, name="Приложение", confirmed=True)
    PhoneChange.objects.create(
        user=alice, former_phone=residents.ALICE, phone=NEW, created_at=timezone.now(), confirmed_at=timezone.now()
    )
    User.objects.filter(pk=alice.pk).update(phone=NEW)
    operations.return_phone(change_id=PhoneChange.objects.get().pk, staff=staff, reason="паспорт", at=timezone.now())
    assert [*Passkey.objects.all()] == [own]
    assert not TOTPDevice.objects.filter(user=alice).exists()
    assert SecurityEvent.objects.get(kind=Kind.FACTOR_ENDED).staff_id == staff.pk


def test_an_application_the_owner_had_before_stays(alice: User, staff: User) -> None:
    device = TOTPDevice.objects.create(user=alice, name="Приложение", confirmed=True)
    TOTPDevice.objects.update(created_at=timezone.now() - timedelta(days=30))
    change = PhoneChange.objects.create(
        user=alice, former_phone=NEW, phone=residents.ALICE, created_at=timezone.now(), confirmed_at=timezone.now()
    )
    operations.return_phone(change_id=change.pk, staff=staff, reason="паспорт", at=timezone.now())
    assert TOTPDevice.objects.get() == device


def test_two_of_the_staff_give_it_back_once(client: PageClient, staff: User) -> None:
    ask(client)
    client.post(CODE, {"code": code_for(NEW)})
    change_id = PhoneChange.objects.get().pk
    operations.return_phone(change_id=change_id, staff=staff, reason="паспорт", at=timezone.now())
    with pytest.raises(operations.PhoneMovedOn):
        operations.return_phone(change_id=change_id, staff=staff, reason="паспорт", at=timezone.now())


def test_a_number_that_somebody_took_meanwhile_is_not_given_back(client: PageClient, alice: User, staff: User) -> None:
    ask(client)
    client.post(CODE, {"code": code_for(NEW)})
    residents.make_resident(residents.ALICE)
    with pytest.raises(operations.PhoneTaken):
        operations.return_phone(
            change_id=PhoneChange.objects.get().pk, staff=staff, reason="паспорт", at=timezone.now()
        )
    assert phone_of(alice) == NEW


class TestPassword:
    def test_of_the_phones_digits_is_refused(self, client: PageClient) -> None:
        answer = client.post("/my-data/password/", {"password": "Aa9005550101"})
        assert answer.status_code == 422
        assert "Номер телефона" in answer.content.decode()

    def test_phone_and_address_are_told(self, client: PageClient) -> None:
        User.objects.update(email="alisa@mail.example")
        client.post("/my-data/password/", {"password": "Novyy8parol"})
        told = OutgoingMessage.objects.filter(event="accounts/password_changed").values_list("channel", "recipient")
        assert set(told) == {("sms", residents.ALICE), ("email", "alisa@mail.example")}
