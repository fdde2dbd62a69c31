"""Чарли asks for what is Алиса's and is told that there is no such page."""

import pytest
from django.urls import reverse

from billing.models import Bill, Link, LinkRequest
from tests import factories
from tests.pages import PageClient


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("account_detail", "get"),
        ("link_check", "post"),
        ("link_edit", "get"),
        ("link_edit", "post"),
        ("link_end", "get"),
        ("link_end", "post"),
        ("link_restore", "post"),
        ("delivery_edit", "get"),
        ("delivery_edit", "post"),
    ],
)
def test_a_link_is_its_owners(as_charlie: PageClient, alices_flat: Link, name: str, method: str) -> None:
    data = {"check": "address", "method": "paper", "alias": "Моё", "group": "1"}
    response = getattr(as_charlie, method)(reverse(f"billing:{name}", args=[alices_flat.pk]), data)
    assert response.status_code == 404
    assert Link.objects.filter(pk=alices_flat.pk, ended_at=None, address_confirmed_at=None).exists()


def test_a_group_is_its_owners(as_charlie: PageClient, alices_flat: Link) -> None:
    for name in ("group_edit", "group_delete"):
        url = reverse(f"billing:{name}", args=[alices_flat.group_id])
        assert as_charlie.get(url).status_code == 404
        assert as_charlie.post(url, {"name": "Чужая"}).status_code == 404


def test_a_bill_is_its_holders(as_charlie: PageClient, as_alice: PageClient, alices_flat: Link) -> None:
    url = reverse("billing:bill_detail", args=[Bill.objects.get().public_id])
    assert as_charlie.get(url).status_code == 404
    assert as_alice.get(url).status_code == 200


def test_a_request_is_its_owners(as_charlie: PageClient, as_alice: PageClient, typed: dict[str, str]) -> None:
    as_alice.post(reverse("billing:link_create"), typed | {"amount": "1,00", "wait": "1"})
    request = LinkRequest.objects.get()
    assert as_charlie.post(reverse("billing:link_request_withdraw", args=[request.public_id])).status_code == 404


def test_lists_show_only_ones_own(as_charlie: PageClient, alices_flat: Link) -> None:
    for name in ("account_list", "bill_list", "payment_list", "payment_overview"):
        html = as_charlie.get(reverse(f"billing:{name}")).content.decode()
        assert alices_flat.account.number not in html
        assert "Квартира" not in html
    assert as_charlie.get(reverse("billing:bill_list"), {"account": alices_flat.pk}).status_code == 404


def test_an_ended_link_shows_nothing_any_more(as_alice: PageClient, alices_flat: Link) -> None:
    Link.objects.filter(pk=alices_flat.pk).update(ended_at=factories.NOW)
    assert as_alice.get(reverse("billing:bill_detail", args=[Bill.objects.get().public_id])).status_code == 404
    assert as_alice.get(reverse("billing:account_detail", args=[alices_flat.pk])).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["account_list", "link_create", "payment_overview", "bill_list", "payment_list"],
)
def test_ones_own_pages_ask_for_a_sign_in(db: None, page: PageClient, name: str) -> None:
    response = page.get(reverse(f"billing:{name}"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("name", ["tariff_list", "branch_list"])
def test_what_suppliers_publish_is_open_to_all(alices_flat: Link, page: PageClient, name: str) -> None:
    factories.TariffFactory(supplier=alices_flat.account.supplier)
    response = page.get(reverse(f"billing:{name}"))
    assert response.status_code == 200
    assert "Квартира" not in response.content.decode()
