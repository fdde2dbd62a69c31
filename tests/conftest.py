"""Who takes part in every test."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from accounts.models import User
from billing.models import Link
from notifications.senders import MemorySender
from tests import residents
from tests.pages import PageClient

# How long an example takes says nothing on a busy machine.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    MemorySender.outbox.clear()
    yield
    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    return residents.make_resident(residents.ALICE)


@pytest.fixture
def boris(db: None) -> User:
    return residents.make_resident(residents.BORIS)


@pytest.fixture
def charlie(db: None) -> User:
    return residents.make_resident(residents.CHARLIE)


@pytest.fixture
def staff(db: None) -> User:
    return residents.make_staff()


@pytest.fixture
def alices_flat(alice: User) -> Link:
    """A two-zone flat with a year of readings, a bill and a payment, linked to Алиса."""
    return residents.furnish(alice, title="Квартира")


@pytest.fixture
def page() -> PageClient:
    """Nobody's browser, which examines what it fetches."""
    return PageClient()


@pytest.fixture
def as_alice(alice: User) -> PageClient:
    client = PageClient()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_charlie(charlie: User) -> PageClient:
    client = PageClient()
    client.force_login(charlie, backend="django.contrib.auth.backends.ModelBackend")
    return client
