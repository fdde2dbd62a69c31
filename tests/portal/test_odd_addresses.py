"""Addresses nobody could have been given: answered like any other that leads nowhere."""

import pytest

from billing.models import Link
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/readings/receipts/%00/",
        "/readings/receipts/%00/pdf/",
        "/readings/?receipt=%00",
        "/reports/%00/",
        "/bills/?account=1%00",
        "/meters/99999999999999999999/",
        "/bills/?account=99999999999999999999",
    ],
)
def test_an_odd_address_leads_nowhere(as_alice: PageClient, alices_flat: Link, path: str) -> None:
    assert as_alice.get(path).status_code == 404


@pytest.mark.parametrize("deed", ["confirmation", "correction", "withdrawal", "restoration", "photos"])
def test_nothing_is_done_there_either(as_alice: PageClient, alices_flat: Link, deed: str) -> None:
    assert as_alice.post(f"/readings/receipts/%00/{deed}/").status_code == 404


def test_an_odd_place_in_a_list_is_its_beginning(as_alice: PageClient, alices_flat: Link) -> None:
    for place in ("x", "2026-10-01.", "2026-13-01.1", "2026-11-01.99999999999999999999999"):
        assert "октябрь" in as_alice.get(f"/bills/?before={place}").content.decode()
