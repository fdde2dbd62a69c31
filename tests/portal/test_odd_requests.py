"""Whatever is sent, the portal answers with a page of its own and never with a mistake (security.md A6)."""

import pytest

from accounts.models import User
from billing.models import Link
from tests import residents
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

HUGE = "9" * 5000


@pytest.mark.parametrize("page_of", ["/notifications/", "/reports/", "/my-data/views/"])
@pytest.mark.parametrize("key", [HUGE, "²", "-1", "1e3", "", "9" * 30])
def test_a_page_of_a_list_that_there_is_not_is_its_beginning(as_alice: PageClient, page_of: str, key: str) -> None:
    assert as_alice.get(page_of, {"before": key}).status_code == 200


@pytest.mark.parametrize(
    "address", ["/admin/accounts/securityevent/?kind=%00", "/admin/support/errorreport/?reason__exact=%00"]
)
def test_a_filter_of_the_staff_takes_no_sign_that_no_text_can_hold(page: PageClient, staff: User, address: str) -> None:
    assert residents.sign_in_staff(page, staff).get(address).status_code == 404


def test_a_sign_no_text_can_hold_is_refused_in_a_cookie(page: PageClient) -> None:
    assert page.get("/sign-in/", headers={"cookie": r'session="aaaaaaaa\000b"'}).status_code == 400


@pytest.mark.parametrize("next_url", ["foo", "home", "https://evil.example/", "//evil.example/", r"/\evil.example"])
def test_who_comes_in_is_led_nowhere_but_to_a_page_of_the_portal(
    page: PageClient, alice: User, settings: pytest.FixtureRequest, next_url: str
) -> None:
    settings.RESIDENT_SECOND_FACTOR = "chosen"
    response = page.post("/sign-in/", {"phone": residents.ALICE, "password": PASSWORD, "next": next_url})
    assert response.headers["Location"] == "/"


def test_the_password_page_leads_nowhere_else_either(as_alice: PageClient) -> None:
    response = as_alice.post("/my-data/password/confirm/", {"password": PASSWORD, "next": "foo"})
    assert response.headers["Location"] == "/my-data/"


def test_brackets_without_end_are_no_passkey(page: PageClient) -> None:
    page.post("/sign-in/passkey/request/", headers={"host": "localhost"})
    response = page.post("/sign-in/passkey/", {"credential": "[" * 100_000}, headers={"host": "localhost"})
    assert response.headers["Location"] == "/sign-in/"


def test_brackets_without_end_are_no_new_passkey(as_alice: PageClient) -> None:
    as_alice.have_typed_password()
    as_alice.get("/security/passkeys/new/", headers={"host": "localhost"})
    typed = {"name": "Телефон", "credential": "[" * 100_000}
    response = as_alice.post("/security/passkeys/new/", typed, headers={"host": "localhost"})
    assert response.status_code == 422


def test_a_reading_of_a_hundred_thousand_digits_is_not_drawn(as_alice: PageClient, alices_flat: Link) -> None:
    scale = alices_flat.account.installations.get().meter.scales.first()
    assert scale is not None
    response = as_alice.post("/readings/", {f"value-{scale.pk}": "1" * 100_000})
    assert response.content.count(b"drum-cell") < 200


@pytest.mark.parametrize("address", ["/", "/help/", "/more/", "/livez", "/readyz", "/my-data/", "/security/"])
def test_the_head_of_a_page_can_be_asked_for(as_alice: PageClient, alices_flat: Link, address: str) -> None:
    assert as_alice.head(address).status_code == 200
