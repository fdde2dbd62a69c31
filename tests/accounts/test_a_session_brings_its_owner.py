"""Session, user and the number at the bell are one statement; rights end with the next request all the same (P4)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import SessionRecord, User
from notifications.models import Notification
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


def test_a_page_begins_with_one_statement(as_alice: PageClient) -> None:
    as_alice.get("/notifications/")
    with CaptureQueriesContext(connection) as statements:
        as_alice.get("/notifications/")
    assert len(statements) == 2  # and one for the news themselves
    assert all(table in statements[0]["sql"] for table in ("django_session", "accounts_user", "notification"))


def test_the_bell_counts_what_is_unread(as_alice: PageClient, alice: User, charlie: User) -> None:
    as_alice.get("/")
    for user, read_at in ((alice, None), (alice, None), (alice, NOW), (charlie, None)):
        Notification.objects.create(user=user, event="x", text="Новость", created_at=NOW, read_at=read_at)
    assert as_alice.get("/").context["unread_count"] == 2


def test_whoever_is_shut_out_is_out_with_the_next_request(as_alice: PageClient, alice: User) -> None:
    assert as_alice.get("/").status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert as_alice.get("/").status_code == 302


def test_a_password_changed_elsewhere_ends_the_session(as_alice: PageClient, alice: User) -> None:
    assert as_alice.get("/").status_code == 200
    alice.set_password("another-one-2026")
    alice.save()
    assert as_alice.get("/").status_code == 302
    assert not SessionRecord.objects.filter(user=alice).exists()


def test_a_session_without_a_record_is_asked_for_in_djangos_way(as_alice: PageClient, alice: User) -> None:
    SessionRecord.objects.filter(user=alice).delete()
    assert as_alice.get("/").context["user"] == alice


def test_a_session_of_another_user_than_its_record_says_is_its_own(
    as_alice: PageClient, alice: User, charlie: User
) -> None:
    as_alice.get("/")
    SessionRecord.objects.filter(user=alice).update(user=charlie)
    assert as_alice.get("/").context["user"] == alice
