"""Two passwords are hashed at once on a host; whoever waits too long is told to come again (security.md S11)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.conf import settings as django_settings

from accounts import hashing_slots
from accounts.hashers import Argon2idPasswordHasher
from accounts.hashing_slots import HashingBusy, hold_slot
from accounts.models import LimitedAct, User
from tests import residents
from tests.factories import PASSWORD
from tests.pages import PageClient


@pytest.fixture(autouse=True)
def _own_slots(tmp_path: Path, settings: Any) -> None:
    settings.LOCK_DIR = tmp_path


def test_never_more_than_two_however_many_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing_slots, "LONGEST_WAIT", 30)
    inside, most = [], []

    def hash_one(number: int) -> None:
        with hold_slot():
            inside.append(number)
            most.append(len(inside))
            Argon2idPasswordHasher.__mro__[1]().encode(PASSWORD, "salt" * 4)
            inside.remove(number)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(hash_one, range(20)))
    assert (len(most), max(most)) == (20, 2)


def test_a_third_waits_half_a_second_at_most() -> None:
    with hold_slot(), hold_slot():
        began = monotonic()
        with pytest.raises(HashingBusy), hold_slot():
            pass
        assert 0.5 <= monotonic() - began < 2
    with hold_slot():
        pass


@pytest.mark.django_db
def test_the_page_says_when_to_come_again_and_counts_no_attempt(alice: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2idPasswordHasher"]
    alice.set_password(PASSWORD)
    alice.save()
    client = PageClient(raise_request_exception=False)
    with hold_slot(), hold_slot():
        for phone in (residents.ALICE, residents.CHARLIE):
            answer = client.post("/sign-in/", {"phone": phone, "password": PASSWORD})
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
            assert "через минуту" in answer.content.decode()
    assert not LimitedAct.objects.filter(kind__startswith="sign-in").exists()
    assert client.post("/sign-in/", {"phone": residents.ALICE, "password": PASSWORD}).status_code == 302


def test_the_locks_lie_where_a_container_may_write() -> None:
    """Its disk is only read; /tmp is memory."""
    root = Path(django_settings.BASE_DIR)
    compose = (root / "docker-compose.yml").read_text(encoding="utf-8")
    assert "read_only: true" in compose
    assert "tmpfs: [/tmp]" in compose
    assert "LOCK_DIR=/tmp" in (root / "Dockerfile").read_text(encoding="utf-8")
