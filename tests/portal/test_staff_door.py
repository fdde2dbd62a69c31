"""The staff's pages answer on a host of their own and from known networks, when the supplier says so (S16, 8.4.2)."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
LOGIN, RESIDENTS = "/admin/login/", "/sign-in/"


def test_they_are_wherever_the_portal_is_until_told_otherwise() -> None:
    assert Client().get(LOGIN).status_code == 200


def test_on_another_host_there_are_none(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["kabinet.example", "staff.example"]
    settings.STAFF_HOST = "staff.example"
    assert Client(headers={"host": "staff.example"}).get(LOGIN).status_code == 200
    assert Client(headers={"host": "kabinet.example"}).get(LOGIN).status_code == 404
    assert Client(headers={"host": "kabinet.example"}).get("/admin/billing/bill/").status_code == 404
    assert Client(headers={"host": "kabinet.example"}).get(RESIDENTS).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"), [("10.8.3.4", 200), ("2001:db8::7", 200), ("10.9.0.1", 404), ("198.51.100.7", 404)]
)
def test_from_other_networks_there_are_none(settings: Any, address: str, status: int) -> None:
    settings.STAFF_NETWORKS = [ip_network("10.8.0.0/16"), ip_network("2001:db8::/32")]
    assert Client(REMOTE_ADDR=address).get(LOGIN).status_code == status
    assert Client(REMOTE_ADDR=address).get(RESIDENTS).status_code == 200


def test_a_forged_address_opens_nothing(settings: Any) -> None:
    """T24."""
    settings.STAFF_NETWORKS = [ip_network("10.8.0.0/16")]
    settings.TRUSTED_PROXY_COUNT = 1
    assert (
        Client(REMOTE_ADDR="198.51.100.7", headers={"x-forwarded-for": "10.8.0.1, 203.0.113.5"}).get(LOGIN).status_code
        == 404
    )
    assert (
        Client(REMOTE_ADDR="198.51.100.7", headers={"x-forwarded-for": "203.0.113.5, 10.8.0.1"}).get(LOGIN).status_code
        == 200
    )
