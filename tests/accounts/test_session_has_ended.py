"""The session ended while a page stood open; its form is sent all the same."""

import pytest

from accounts.models import User
from tests import residents
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


def test_after_coming_in_the_page_of_the_form_opens(page: PageClient, alice: User, settings: object) -> None:
    settings.RESIDENT_SECOND_FACTOR = "chosen"  # type: ignore[attr-defined]
    referer = f"{HERE}/notifications/?before=7"
    asked = page.post("/notifications/read/", headers={"referer": referer})
    assert asked.headers["Location"] == "/sign-in/?next=/notifications/%3Fbefore%3D7"
    typed = {"phone": residents.ALICE, "password": PASSWORD, "next": "/notifications/?before=7"}
    response = page.post(asked.headers["Location"], typed)
    assert page.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize("referer", ["", "https://evil.example/readings/", "nonsense", "http://["])
def test_without_a_page_of_ours_it_is_the_address_itself(page: PageClient, referer: str) -> None:
    response = page.post("/readings/", headers={"referer": referer})
    assert response.headers["Location"] == "/sign-in/?next=/readings/"


def test_whoever_goes_is_not_asked_to_come_in_first(page: PageClient) -> None:
    assert page.post("/sign-out/").headers["Location"] == "/sign-in/"
