"""Staff publish a new text; nobody can edit it; residents are asked again where it matters (security.md P1)."""

import random
import time
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import Consent, ConsentDocument, ConsentDraft, User
from accounts.operations import Visitor
from accounts.privacy import advertising, operations, publishing, terms
from accounts.privacy.staff_documents import find_differences
from notifications import operations as notifications
from notifications.models import OutgoingMessage
from notifications.senders import MemorySender
from tests import factories
from tests.offices import open_office
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/consentdocument/"
DRAFT = f"{LIST}terms/draft/"
WRITTEN = {"act": "save", "text": "Новые правила.\n\nИ ещё одно.", "changes": "Добавлено ещё одно.", "asks_again": "on"}
SOMEBODY = Visitor("192.0.2.7")


@pytest.fixture(autouse=True)
def _nobody_was_asked() -> None:
    terms._agreed.clear()


def agree(user: User, kind: str = "terms") -> None:
    document = ConsentDocument.objects.filter(kind=kind).order_by("version")[0]
    Consent.objects.create(user=user, document=document, given=True, preselected=False, decided_at=timezone.now())


def publish(kind: str = "terms", *, asks_again: bool = True, text: str = "Новое.") -> ConsentDocument:
    now, staff = timezone.now(), factories.UserFactory(is_staff=True)
    publishing.write_draft(kind=kind, text=text, changes="Стало короче.", asks_again=asks_again, at=now)
    return publishing.publish_draft(kind=kind, valid_from=now, staff=staff, at=now)


def test_staff_write_look_and_publish(staff: User) -> None:
    office = open_office(staff)
    assert "Пользовательское соглашение" in office.get(LIST).content.decode()
    assert office.post(DRAFT, WRITTEN).status_code == 302
    page = office.get(DRAFT).content.decode()
    for words in ("<ins>И ещё одно.</ins>", "<del>", "версия 2", "Как увидят жители", "Добавлено ещё одно."):
        assert words in page, words
    assert not ConsentDocument.objects.filter(kind="terms", version=2).exists()
    assert office.post(DRAFT, {"act": "publish"}).status_code == 422
    assert office.post(DRAFT, {"act": "publish", "sure": "on"}).url == LIST
    document = ConsentDocument.objects.get(kind="terms", version=2)
    assert (document.published_by, document.asks_again) == (staff, True)
    assert not ConsentDraft.objects.exists()
    assert SecurityEvent.objects.filter(kind=Kind.STAFF_DECISION, staff=staff).exists()
    assert "Новые правила" in PageClient().get("/documents/terms/").content.decode()


def test_a_text_written_anew_from_end_to_end_is_compared_at_once() -> None:
    letters = random.Random(1)
    old, new = ("\n".join("".join(letters.choices("абвгд ", k=500)) for _ in range(150)) for _ in range(2))
    began = time.monotonic()
    told = find_differences(old, new)
    assert time.monotonic() - began < 2
    assert [name for name, _ in told] == ["removed"] * 150 + ["added"] * 150


def test_it_is_in_force_from_its_day_and_not_before(staff: User) -> None:
    office = open_office(staff)
    office.post(DRAFT, WRITTEN)
    yesterday, in_a_week = (timezone.localdate() + timedelta(days=days) for days in (-1, 7))
    assert office.post(DRAFT, {"act": "publish", "sure": "on", "valid_from": f"{yesterday}"}).status_code == 422
    office.post(DRAFT, {"act": "publish", "sure": "on", "valid_from": f"{in_a_week}"})
    assert "Новые правила" not in PageClient().get("/documents/terms/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert "Новые правила" in PageClient().get("/documents/terms/").content.decode()


def test_the_same_text_and_unsaid_changes_are_not_published(staff: User) -> None:
    now, text = timezone.now(), ConsentDocument.objects.get(kind="terms", version=1).text
    for written, refusal in (
        ({"text": text, "changes": ""}, publishing.NothingChanged),
        ({"text": "Иное.", "changes": ""}, publishing.ChangesMissing),
    ):
        publishing.write_draft(kind="terms", asks_again=True, at=now, **written)
        with pytest.raises(refusal):
            publishing.publish_draft(kind="terms", valid_from=now, staff=staff, at=now)


def test_a_published_text_cannot_be_changed_by_anybody(staff: User) -> None:
    document = publish()
    for act in (
        lambda: ConsentDocument.objects.filter(pk=document.pk).update(text="Иначе."),
        lambda: ConsentDocument.objects.filter(pk=document.pk).update(published_at=timezone.now()),
        lambda: ConsentDocument.objects.filter(pk=document.pk).delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            act()
    page = open_office(staff).get(f"{LIST}{document.pk}/change/").content.decode()
    assert "<textarea" not in page
    assert "Новое." in page


def test_only_the_administrator_publishes(staff: User) -> None:
    senior = factories.UserFactory(is_staff=True)
    senior.groups.add(Group.objects.get(name="Старший"))
    administrator = factories.UserFactory(is_staff=True)
    administrator.groups.add(Group.objects.get(name="Администратор"))
    assert open_office(senior).get(DRAFT).status_code == 403
    assert open_office(administrator).get(DRAFT).status_code == 200


def test_changed_terms_are_shown_before_anything_else_until_accepted(as_alice: PageClient, alice: User) -> None:
    agree(alice)
    assert as_alice.get("/readings/").status_code == 200
    terms._agreed.clear()
    document = publish()
    answer = as_alice.get("/readings/")
    assert answer.url == "/my-data/terms/?next=%2Freadings%2F"
    page = as_alice.get(answer.url).content.decode()
    for words in ("Условия изменились", "Стало короче.", "Новое.", "удалить кабинет"):
        assert words in page
    given = as_alice.post("/my-data/terms/", {"document": document.pk, "next": "/readings/"})
    assert given.url == "/readings/"
    assert as_alice.get("/readings/").status_code == 200
    consent = Consent.objects.get(user=alice, document=document)
    assert (consent.given, consent.preselected, consent.network_address) == (True, False, "127.0.0.1")


def test_ones_data_lead_to_the_terms_that_wait(as_alice: PageClient, alice: User) -> None:
    agree(alice)
    publish()
    page = as_alice.get("/my-data/").content.decode()
    assert 'href="/my-data/terms/"' in page
    assert "дайте его заново" not in page


def test_ones_data_and_the_way_out_stay_open(as_alice: PageClient, alice: User) -> None:
    agree(alice)
    publish()
    for path in ("/my-data/", "/documents/terms/", "/help/", "/my-data/password/confirm/"):
        assert as_alice.get(path).status_code == 200, path
    assert as_alice.get("/", headers={"sec-fetch-dest": "empty"}).status_code == 200


def test_it_is_met_within_a_minute(as_alice: PageClient, alice: User) -> None:
    agree(alice)
    with time_machine.travel(timezone.now()) as clock:
        as_alice.get("/")
        publish()
        clock.shift(timedelta(seconds=61))
        assert as_alice.get("/").status_code == 302


def test_an_answer_to_a_version_that_is_no_longer_the_newest_is_not_taken(as_alice: PageClient, alice: User) -> None:
    agree(alice)
    older = publish(text="Вторая.")
    publish(text="Третья.")
    page = as_alice.post("/my-data/terms/", {"document": older.pk}).content.decode()
    assert "Третья." in page
    assert not Consent.objects.filter(user=alice, document=older).exists()


@pytest.mark.parametrize("asks_again", [True, False])
def test_a_small_change_asks_nobody(as_alice: PageClient, alice: User, asks_again: bool) -> None:
    agree(alice)
    publish(asks_again=asks_again)
    assert as_alice.get("/").status_code == (302 if asks_again else 200)
    if not asks_again:
        assert as_alice.get("/my-data/terms/").url == "/"


def test_staff_are_not_kept_from_their_work(staff: User) -> None:
    publish()
    assert open_office(staff).get("/admin/").status_code == 200


def queue(user: User, key: str = "spring") -> OutgoingMessage | None:
    return advertising.queue_advertising_sms(
        user=user, event="accounts/deletion_withdrawn", context={}, key=key, at=timezone.now()
    )


def deliver(message: OutgoingMessage) -> str:
    notifications.deliver_message(message_id=message.pk, at=timezone.now(), clock=timezone.now)
    message.refresh_from_db()
    return message.status


def test_advertising_goes_only_to_those_who_agree(alice: User, boris: User) -> None:
    agree(alice, "advertising")
    message = queue(alice)
    assert message
    assert queue(boris, "other") is None
    assert deliver(message) == "sent"
    assert MemorySender.outbox


def test_a_withdrawal_stops_even_what_is_on_its_way(alice: User) -> None:
    agree(alice, "advertising")
    message = queue(alice)
    assert message
    operations.decide_consent(user=alice, kind="advertising", given=False, visitor=SOMEBODY, at=timezone.now())
    assert deliver(message) == "expired"
    assert MemorySender.outbox == []


def test_a_new_text_of_advertising_asks_without_standing_in_the_way(as_alice: PageClient, alice: User) -> None:
    agree(alice, "advertising")
    publish("advertising")
    assert as_alice.get("/").status_code == 200
    assert "Прежнее согласие больше не действует" in as_alice.get("/my-data/").content.decode()
    assert queue(alice) is None
    as_alice.post("/my-data/consents/advertising/", {"given": "yes"})
    assert queue(alice) is not None
