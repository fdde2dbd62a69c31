"""Whom an incident concerns is listed at once (security.md P9)."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing.models import Link
from tests import factories, residents

pytestmark = pytest.mark.django_db


def see(user: User | None, *, staff: User | None = None, hours_ago: float = 1, address: str = "203.0.113.7") -> None:
    SecurityEvent.objects.create(
        kind=Kind.STAFF_VIEW if staff else Kind.SIGN_IN,
        user=user,
        staff=staff,
        happened_at=timezone.now() - timedelta(hours=hours_ago),
        network_address=address,
    )


def list_affected(**options: object) -> tuple[list[dict[str, str]], str]:
    out, err = io.StringIO(), io.StringIO()
    since = timezone.localtime(timezone.now() - timedelta(hours=5)).isoformat()
    call_command("list_affected", since=options.pop("since", since), stdout=out, stderr=err, **options)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()


def test_what_is_no_address_is_told_so(db: None) -> None:
    with pytest.raises(CommandError, match="no network address"):
        list_affected(address="нигде")


def test_by_a_member_of_staff(alice: User, boris: User, charlie: User, staff: User) -> None:
    see(alice, staff=staff, hours_ago=2)
    see(alice, staff=staff, hours_ago=1)
    see(None, staff=staff)
    see(boris, staff=staff, hours_ago=9)
    see(charlie)
    rows, said = list_affected(staff=residents.STAFF)
    assert [(row["user"], row["times"]) for row in rows] == [(str(alice.pk), "2")]
    assert rows[0]["phone"] == "+7 9•• •••-••-01"
    assert "staff.view: 1 without a name" in said
    assert "1 residents" in said


def test_by_a_network_address_and_by_time(alice: User, boris: User, staff: User) -> None:
    see(alice)
    see(boris, address="198.51.100.9")
    see(alice, staff=staff)
    assert [row["user"] for row in list_affected(address="203.0.113.7")[0]] == [str(alice.pk)]
    assert {row["user"] for row in list_affected()[0]} == {str(alice.pk), str(boris.pk)}
    ended = timezone.localtime(timezone.now() - timedelta(hours=2)).isoformat()
    assert list_affected(until=ended)[0] == []


def test_by_a_personal_account_with_those_who_held_it_then(alice: User, boris: User, alices_flat: Link) -> None:
    now = timezone.now()
    Link.objects.update(linked_at=now - timedelta(days=9))
    former = factories.LinkFactory(user=boris, account=alices_flat.account, linked_at=now - timedelta(days=9))
    former.ended_at = now - timedelta(hours=2)
    former.save()
    named = f"psk:{alices_flat.account.number}"
    assert {row["user"] for row in list_affected(account=named)[0]} == {str(alice.pk), str(boris.pk)}
    recent = timezone.localtime(now - timedelta(hours=1)).isoformat()
    assert [row["user"] for row in list_affected(account=named, since=recent)[0]] == [str(alice.pk)]


def test_contacts_only_when_asked_for_and_always_in_the_audit(alice: User) -> None:
    alice.email = "alice@lampa.example"
    alice.save()
    see(alice)
    row = list_affected(contacts=True)[0][0]
    assert (row["phone"], row["email"]) == (residents.ALICE, "alice@lampa.example")
    assert SecurityEvent.objects.filter(kind=Kind.STAFF_EXPORT).exists()


def test_as_many_statements_for_many_as_for_one() -> None:
    for _ in range(30):
        see(factories.UserFactory())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(list_affected()[0]) == 30
    assert len(queries) <= 6


def test_nonsense_is_refused() -> None:
    for options in ({"since": "yesterday"}, {"since": "2026-13-40T00:00"}, {"staff": "+79005550199"}):
        with pytest.raises(CommandError):
            list_affected(**options)
