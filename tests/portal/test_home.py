"""The first page answers «что мне сделать сейчас?»."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import Link
from portal.home import greet
from tests import factories, residents
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


def test_a_newcomer_is_led_to_the_first_step(as_alice: PageClient) -> None:
    html = as_alice.get("/").content.decode()
    assert "Привяжите лицевой счёт" in html
    assert 'href="/personal-accounts/link/"' in html


def test_shows_accounts_by_group_with_what_is_next(as_alice: PageClient, alice: User, alices_flat: Link) -> None:
    residents.furnish(alice, title="Садовый дом", group="Дача")
    html = as_alice.get("/").content.decode()
    assert html.index("Моя группа") < html.index("Дача")
    assert "Передать показания" in html
    assert "2\u00a0лицевых счёта в 2\u00a0группах" in html
    assert "Сверьте показания с последним счётом" in html


def test_what_is_owed_counts_payments_made_since_the_bill(as_alice: PageClient, alice: User) -> None:
    account = factories.PersonalAccountFactory()
    factories.LinkFactory(user=alice, account=account, group=factories.AccountGroupFactory(user=alice))
    factories.BillFactory(account=account, amount_due="500.50")
    assert "500,50\u00a0₽" in as_alice.get("/").content.decode()
    factories.PaymentFactory(account=account, amount="500.50")
    assert "К оплате" not in as_alice.get("/").content.decode()


def test_asks_as_much_for_thirty_accounts_as_for_one(as_alice: PageClient, alice: User, alices_flat: Link) -> None:
    as_alice.get("/")
    with CaptureQueriesContext(connection) as one:
        as_alice.get("/")
    for number in range(29):
        residents.furnish(alice, title=f"Квартира {number}")
    with CaptureQueriesContext(connection) as thirty:
        as_alice.get("/")
    assert len(one) == len(thirty)


def test_greets_by_the_clock() -> None:
    assert [greet(hour) for hour in (3, 8, 13, 20)] == ["Доброй ночи", "Доброе утро", "Добрый день", "Добрый вечер"]


def test_a_load_balancer_is_answered(page: PageClient) -> None:
    assert page.get("/livez").status_code == 200
    assert page.get("/readyz").json() == {"database": "ok"}


def test_help_and_more_are_open_to_all(page: PageClient, as_alice: PageClient) -> None:
    for path in ("/help/", "/more/", "/branches/", "/tariffs/"):
        assert page.get(path).status_code == 200
        assert as_alice.get(path).status_code == 200


def test_the_demos_page_is_not_there_outside_the_demo(page: PageClient) -> None:
    assert page.get("/demo/messages/").status_code == 404
