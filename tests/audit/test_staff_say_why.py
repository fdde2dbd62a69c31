"""Staff say why they open what is a resident's, and the resident reads it (security.md P6, T23; ASVS 7.4.5, 14.2.6)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.audit import reasons
from accounts.audit.kinds import Kind, Result
from accounts.audit.models import SecurityEvent
from accounts.models import SessionRecord, TrustedDevice, User
from accounts.operations import staff_deeds
from billing.models import Bill, Link, Payment, Supplier
from billing.staff_scope import give_scope
from meters.models import Meter, Reading
from notifications.models import Notification, OutgoingMessage
from tests import factories, residents
from tests.arrivals import trust_browser
from tests.audit.test_every_kind import write_report
from tests.offices import open_office, say_why
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
VIEWS = "/my-data/views/"
WHOLE = re.compile(r"900\W{0,9}555\W{0,9}01\W{0,9}01\b")


@pytest.fixture
def card(alices_flat: Link) -> str:
    return reverse("admin:billing_personalaccount_change", args=[alices_flat.account_id])


@pytest.fixture
def person(alices_flat: Link) -> str:
    return reverse("admin:billing_resident_change", args=[alices_flat.user_id])


def make_member(role: str, supplier: Supplier | None = None) -> User:
    member = factories.UserFactory(phone="+79005550188", name="Пётр", is_staff=True)
    member.groups.set([Group.objects.get(name=role)])
    if supplier:
        give_scope(staff=member, supplier=supplier, at=timezone.now())
    return member


def asks(office: PageClient, address: str) -> bool:
    text = office.get(address).content.decode()
    return "Зачем открываете?" in text


class TestTheReason:
    def test_is_asked_before_every_card(self, alices_flat: Link, office: PageClient) -> None:
        account = alices_flat.account
        for name, pk in (
            ("billing_personalaccount", account.pk),
            ("billing_link", alices_flat.pk),
            ("billing_bill", Bill.objects.get().pk),
            ("billing_payment", Payment.objects.get().pk),
            ("billing_resident", alices_flat.user_id),
            ("meters_meter", Meter.objects.get().pk),
            ("meters_reading", Reading.objects.first().pk),  # type: ignore[union-attr]
        ):
            address = reverse(f"admin:{name}_change", args=[pk])
            text = office.get(address).content.decode()
            assert "Зачем открываете?" in text, name
            assert account.number not in text, name
        assert not SecurityEvent.objects.filter(kind=Kind.STAFF_VIEW).exists()

    def test_one_press_opens_the_card_and_holds_for_half_an_hour(
        self, as_alice: PageClient, alices_flat: Link, office: PageClient, card: str, person: str
    ) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            answer = office.post(card, {"why-template": "call"})
            assert (answer.status_code, answer.url) == (302, card)
            assert office.post(card, {"why-template": "call"}).url == card
            assert alices_flat.account.number in office.get(card).content.decode()
            assert not asks(office, person)
            assert "Зачем: Житель позвонил" in as_alice.get(VIEWS).content.decode()
            clock.shift(reasons.KEPT_FOR - timedelta(minutes=5))
            assert not asks(office, card)
            clock.shift(timedelta(minutes=5))
            assert asks(office, card)

    def test_may_be_told_in_own_words(self, as_alice: PageClient, office: PageClient, card: str) -> None:
        office.post(card, {"why-words": "Сверяем акт с <b>СНТ</b>"})
        assert not asks(office, card)
        assert "Сверяем акт с &lt;b&gt;СНТ&lt;/b&gt;" in as_alice.get(VIEWS).content.decode()

    @pytest.mark.parametrize(
        ("words", "said"),
        [("", "Выберите причину"), ("да", "подробнее"), ("звонил с 9215550142", "на номер"), ("я" * 81, "80")],
    )
    def test_has_to_be_one(self, words: str, said: str, office: PageClient, card: str) -> None:
        answer = office.post(card, {"why-words": words})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
        assert office.post(card, {"why-template": "no such"}).status_code == 422
        assert asks(office, card)

    def test_is_anothers_for_another_of_the_staff(self, office: PageClient, card: str) -> None:
        say_why(office, card)
        assert asks(open_office(make_member("Администратор")), card)

    def test_is_named_for_all_who_hold_the_account(
        self, boris: User, alices_flat: Link, office: PageClient, card: str, person: str
    ) -> None:
        say_why(office, person)
        assert not asks(office, card)
        factories.LinkFactory(user=boris, account=alices_flat.account)
        assert asks(office, card)
        say_why(office, card)
        told = SecurityEvent.objects.filter(kind=Kind.STAFF_REASON).values_list("user_id", flat=True)
        assert set(told) == {alices_flat.user_id, boris.pk}

    def test_is_the_report_when_staff_come_from_it(
        self, as_alice: PageClient, alices_flat: Link, office: PageClient, card: str, person: str
    ) -> None:
        report = write_report(as_alice, alices_flat)
        for _ in range(2):
            work = office.get(reverse("admin:support_errorreport_change", args=[report.pk]))
        assert person in work.content.decode()
        assert not asks(office, card)
        assert not asks(office, person)
        assert SecurityEvent.objects.filter(kind=Kind.STAFF_REASON).count() == 1
        assert "Зачем: Ваше обращение" in as_alice.get(VIEWS).content.decode()

    def test_is_not_asked_where_nobody_has_linked_the_account(self, office: PageClient) -> None:
        lonely = factories.PersonalAccountFactory()
        assert not asks(office, reverse("admin:billing_personalaccount_change", args=[lonely.pk]))

    def test_a_supplier_may_do_without(self, alices_flat: Link, office: PageClient, card: str, person: str) -> None:
        Supplier.objects.update(asks_view_reason=False)
        assert not asks(office, card)
        assert not asks(office, person)
        assert SecurityEvent.objects.filter(kind=Kind.STAFF_VIEW, user=alices_flat.user_id).count() == 2

    def test_who_may_not_see_the_card_is_not_asked(self, card: str) -> None:
        office = open_office(make_member("Оператор"))
        assert office.get(card).status_code == 302
        assert office.post(card, {"why-template": "call"}).status_code in (302, 403)
        assert not SecurityEvent.objects.filter(kind=Kind.STAFF_REASON).exists()


class TestTheResidentsPage:
    def test_is_found_by_a_phone_typed_into_a_form(self, office: PageClient, person: str) -> None:
        find = reverse("admin:billing_resident_changelist")
        assert office.get(find).status_code == 200
        answer = office.post(find, {"phone": "8 (900) 555-01-01"})
        assert (answer.status_code, answer.url) == (302, person)
        assert office.post(find, {"phone": residents.CHARLIE}).status_code == 422
        assert office.post(find, {"phone": "1"}).status_code == 422

    def test_is_not_found_by_who_does_not_serve_him(self, alices_flat: Link, person: str) -> None:
        office = open_office(make_member("Старший", factories.SupplierFactory(code="other", name="Другой")))
        answer = office.post(reverse("admin:billing_resident_changelist"), {"phone": residents.ALICE})
        assert (answer.status_code, "такого телефона нет" in answer.content.decode()) == (422, True)
        for address in (person, f"{person[: -len('change/')]}phone/", f"{person[: -len('change/')]}sessions/"):
            assert office.post(address, {"why-template": "call"}).status_code == 404

    def test_names_only_accounts_one_serves(self, alices_flat: Link, person: str) -> None:
        other = factories.SupplierFactory(code="other", name="Водоканал")
        water = factories.PersonalAccountFactory(supplier=other, number="77-1")
        factories.LinkFactory(user=alices_flat.user, account=water)
        text = say_why(open_office(make_member("Старший", alices_flat.account.supplier)), person).content.decode()
        assert (alices_flat.account.number in text, "77-1" in text) == (True, False)

    def test_shows_the_phone_once_with_a_reason_the_resident_reads(
        self, as_alice: PageClient, office: PageClient, person: str, alices_flat: Link
    ) -> None:
        page = say_why(office, person).content.decode()
        assert "+7 9•• •••-••-01" in page
        assert not WHOLE.search(page)
        reveal = reverse("admin:billing_resident_phone", args=[alices_flat.user_id])
        assert office.get(reveal).status_code == 405
        assert office.post(reveal).status_code == 200
        assert office.post(reveal, {"why-words": ""}).status_code == 422
        assert not SecurityEvent.objects.filter(kind=Kind.PHONE_REVEALED).exists()
        answer = office.post(reveal, {"why-words": "Надо договориться о визите"})
        assert WHOLE.search(answer.content.decode())
        assert "no-store" in answer["Cache-Control"]
        assert not WHOLE.search(office.get(person).content.decode())
        told = as_alice.get(VIEWS).content.decode()
        assert "ваш телефон целиком" in told
        assert "Надо договориться о визите" in told

    def test_shows_no_more_than_twenty_phones_an_hour(self, office: PageClient, person: str, alices_flat: Link) -> None:
        say_why(office, person)
        reveal = reverse("admin:billing_resident_phone", args=[alices_flat.user_id])
        for _ in range(staff_deeds.PHONES.count):
            assert office.post(reveal, {"why-template": "call"}).status_code == 200
        answer = office.post(reveal, {"why-template": "call"})
        assert (answer.status_code, "слишком много" in answer.content.decode()) == (422, True)
        assert not WHOLE.search(answer.content.decode())
        assert SecurityEvent.objects.filter(kind=Kind.PHONE_REVEALED, result=Result.LIMITED).count() == 1

    def test_ends_the_sessions_and_the_resident_hears_why(
        self, alice: User, office: PageClient, person: str, alices_flat: Link
    ) -> None:
        alice.email = "alice@lampa.example"
        alice.save()
        phone_in_hand = PageClient()
        trust_browser(phone_in_hand, alice)
        phone_in_hand.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
        phone_in_hand.get("/")
        assert SessionRecord.objects.filter(user=alice).exists()
        say_why(office, person)
        end = reverse("admin:billing_resident_sessions", args=[alice.pk])
        assert office.post(end, {"why-words": ""}).status_code == 422
        assert phone_in_hand.get("/my-data/").status_code == 200
        assert office.post(end, {"why-words": "Потеряла телефон"}).status_code == 302
        assert phone_in_hand.get("/my-data/").status_code == 302
        assert not SessionRecord.objects.filter(user=alice).exists()
        assert not TrustedDevice.objects.visible_to(alice).standing().exists()
        assert "Потеряла телефон" in Notification.objects.filter(user=alice).latest("pk").text
        assert "Потеряла телефон" in OutgoingMessage.objects.get(recipient=alice.email).body
        event = SecurityEvent.objects.filter(kind=Kind.SESSIONS_ENDED, user=alice).latest("pk")
        assert (event.staff_id is not None, event.figures) == (True, {"reason": "Потеряла телефон"})

    def test_the_operator_sees_it_but_neither_phone_nor_sessions(self, alices_flat: Link, person: str) -> None:
        office = open_office(make_member("Оператор", alices_flat.account.supplier))
        text = say_why(office, person).content.decode()
        assert "Показать телефон" not in text
        assert "Завершить все сеансы" not in text
        for name in ("phone", "sessions"):
            address = reverse(f"admin:billing_resident_{name}", args=[alices_flat.user_id])
            assert office.post(address, {"why-template": "call"}).status_code == 403
        assert not SecurityEvent.objects.filter(kind=Kind.PHONE_REVEALED).exists()

    def test_no_member_of_the_staff_stands_there(self, office: PageClient) -> None:
        member = make_member("Старший")
        address = reverse("admin:billing_resident_change", args=[member.pk])
        assert office.get(address).status_code == 404


def test_reasons_are_forgotten_with_the_audit(office: PageClient, card: str) -> None:
    """They are rows of it: nobody changes them, and they go after a year."""
    say_why(office, card)
    event = SecurityEvent.objects.get(kind=Kind.STAFF_REASON)
    assert event.figures["reason"] == "Житель позвонил"
    assert event.happened_at > timezone.now() - timedelta(minutes=1)
