"""The secret key is changed and nobody notices (docs/keys.md; ASVS 11.1.1, 11.1.2, 13.3.4)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import signing
from django.test import override_settings
from django.utils import timezone

from accounts import known_devices, limits
from accounts.models import User
from accounts.second_factors import spare_codes
from tests.arrivals import trust_browser
from tests.factories import PASSWORD
from tests.pages import PageClient

FORMER = "only-for-tests-" + "0" * 50
CHANGED = {"SECRET_KEY": "a-new-key-" + "1" * 50, "SECRET_KEY_FALLBACKS": [FORMER], "HASH_KEY": FORMER}
FORGOTTEN = {**CHANGED, "SECRET_KEY_FALLBACKS": []}


@pytest.fixture(autouse=True)
def _key_of_the_tests() -> Iterator[None]:
    with override_settings(SECRET_KEY=FORMER, HASH_KEY=FORMER):
        yield


@pytest.mark.django_db
def test_a_session_goes_on_while_the_former_key_is_remembered(alice: User, page: PageClient) -> None:
    page.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert page.get("/my-data/").status_code == 200
    with override_settings(**CHANGED):
        assert page.get("/my-data/").status_code == 200


@pytest.mark.django_db
def test_and_ends_when_it_is_forgotten(alice: User, page: PageClient) -> None:
    page.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    with override_settings(**FORGOTTEN):
        assert page.get("/my-data/").status_code == 302


@pytest.mark.django_db
def test_a_trusted_device_is_asked_for_no_code(alice: User, page: PageClient) -> None:
    trust_browser(page, alice)
    with override_settings(**CHANGED):
        assert page.post("/sign-in/", {"phone": str(alice.phone), "password": PASSWORD}).url == "/"


@pytest.mark.django_db
def test_without_the_hash_key_it_is(alice: User, page: PageClient) -> None:
    trust_browser(page, alice)
    with override_settings(**{**CHANGED, "HASH_KEY": "another"}):
        answer = page.post("/sign-in/", {"phone": str(alice.phone), "password": PASSWORD})
        assert answer.url.startswith("/sign-in/confirm/")


def test_spare_codes_and_counters_stand() -> None:
    kept, counted = spare_codes.seal(1, "k7wq2mzp"), limits.hash_subject("+79005550101")
    with override_settings(**CHANGED):
        assert spare_codes.seal(1, "k7wq2mzp") == kept
        assert limits.hash_subject("+79005550101") == counted
    with override_settings(**{**CHANGED, "HASH_KEY": "another"}):
        assert spare_codes.seal(1, "k7wq2mzp") != kept


def test_links_in_letters_stay_good() -> None:
    token = signing.dumps([1, timezone.now().timestamp()], salt="a letter")
    with override_settings(**CHANGED):
        assert signing.loads(token, salt="a letter")[0] == 1
    with override_settings(**FORGOTTEN), pytest.raises(signing.BadSignature):
        signing.loads(token, salt="a letter")


def test_the_inventory_names_every_secret_of_the_environment() -> None:
    """A name in `.env.example` that looks like a secret has a row."""
    names = [
        line.partition("=")[0].lstrip("# ") for line in Path(".env.example").read_text(encoding="utf-8").splitlines()
    ]
    secrets = [name for name in names if name.isupper() and name.endswith(("KEY", "PASSWORD", "TOKEN", "SECRET"))]
    told = Path("docs/keys.md").read_text(encoding="utf-8")
    assert {"SECRET_KEY", "HASH_KEY"} <= set(secrets)
    for name in secrets:
        assert name in told or (name.startswith("REGISTRY_INBOX_S3_") and "REGISTRY_INBOX_S3_" in told), name


def test_a_device_keeps_a_hash_alone() -> None:
    assert "secret" not in known_devices.KnownDevice("secret").key_hash
