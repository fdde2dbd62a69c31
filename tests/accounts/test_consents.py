"""A resident reads what was agreed to, and changes the mind on any day (security.md P1)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import devices
from accounts.models import Consent, ConsentDocument, User
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

ADVERTISING = "/my-data/consents/advertising/"


@pytest.fixture
def registered(alice: User) -> User:
    """What registration writes: the terms, and the switch that stood on."""
    for kind, preselected in (("terms", False), ("advertising", True)):
        Consent.objects.create(
            user=alice,
            document=ConsentDocument.objects.get(kind=kind),
            given=True,
            preselected=preselected,
            network_address="192.0.2.1",
            decided_at=timezone.now() - timedelta(days=10),
        )
    return alice


def text_of(client: PageClient) -> str:
    return " ".join(client.get("/my-data/").content.decode().split())


def test_each_consent_tells_its_version_and_what_it_means(as_alice: PageClient, registered: User) -> None:
    text = text_of(as_alice)
    for words in (
        "Пользовательское соглашение",
        "Согласие на рекламную рассылку",
        "Текст, версия 1",
        "192.0.2.1",
        "Переключатель был включён заранее",
        "Действуют, пока кабинет есть у вас",
    ):
        assert words in text


def test_a_mind_changed_all_day_long_fills_no_table_and_no_is_always_taken(
    as_alice: PageClient, registered: User
) -> None:
    for _ in range(15):
        as_alice.post(ADVERTISING, {"given": "no"})
        as_alice.post(ADVERTISING, {"given": "yes"})
    assert Consent.objects.filter(document__kind="advertising").count() == 1 + 10 + 10 + 1
    assert not Consent.objects.filter(document__kind="advertising").latest("pk").given


def test_advertising_is_withdrawn_and_given_with_one_button(as_alice: PageClient, registered: User) -> None:
    first = Consent.objects.get(document__kind="advertising")
    assert as_alice.post(ADVERTISING, {"given": "no"}, headers={"user-agent": "Lampa/1"}).url == "/my-data/"
    newest = Consent.objects.filter(document__kind="advertising").latest("pk")
    assert (newest.given, newest.preselected, newest.network_address, newest.user_agent) == (
        False,
        False,
        "127.0.0.1",
        "Lampa/1",
    )
    first.refresh_from_db()
    assert first.given
    assert "Согласие отозвано" in text_of(as_alice)
    as_alice.post(ADVERTISING, {"given": "yes"})
    decisions = Consent.objects.filter(document__kind="advertising").order_by("pk")
    assert [row.given for row in decisions] == [True, False, True]


def test_the_same_decision_twice_is_one_row(as_alice: PageClient, registered: User) -> None:
    for _ in range(3):
        as_alice.post(ADVERTISING, {"given": "no"})
    assert Consent.objects.filter(document__kind="advertising").count() == 2


def test_a_new_version_may_be_agreed_to_anew_and_the_old_text_stays_readable(
    as_alice: PageClient, registered: User
) -> None:
    old = ConsentDocument.objects.get(kind="advertising")
    new = ConsentDocument.objects.create(kind="advertising", version=2, text="Новый.", published_at=timezone.now())
    as_alice.post(ADVERTISING, {"given": "yes"})
    assert Consent.objects.filter(document=new, given=True).exists()
    page = as_alice.get(reverse("privacy:document_detail", args=[old.pk]))
    assert "Версия 1" in page.content.decode()


@pytest.mark.parametrize("kind", ["terms", "privacy", "other"])
def test_what_is_not_optional_is_not_withdrawn_here(as_alice: PageClient, registered: User, kind: str) -> None:
    assert as_alice.post(f"/my-data/consents/{kind}/", {"given": "no"}).status_code == 404
    assert Consent.objects.filter(given=False).count() == 0


def test_nonsense_is_not_a_decision(as_alice: PageClient, registered: User) -> None:
    assert as_alice.post(ADVERTISING, {"given": "maybe"}).status_code == 404


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 YaBrowser/25.8 Safari/537.36", "Яндекс Браузер, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Gecko/20100101 Firefox/144.0", "Firefox, Mac"),
        ("curl/8.0", devices.UNKNOWN),
        ("", devices.UNKNOWN),
    ],
)
def test_devices_are_told_in_words(agent: str, name: str) -> None:
    assert devices.name_device(agent) == name
