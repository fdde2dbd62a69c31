"""A payment that has not reached the registry is waited for (domain.md 5)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing import operations
from billing.models import Link, LinkGuess, LinkRequest, Payment
from notifications.models import Notification
from tests import factories
from tests.pages import PageClient

URL = reverse("billing:link_create")
FRESH = {"paid_on": "2026-11-19", "amount": "500,00", "wait": "1"}


@pytest.fixture
def waiting(as_alice: PageClient, typed: dict[str, str]) -> LinkRequest:
    as_alice.post(URL, typed | FRESH)
    return LinkRequest.objects.get()


def arrive(payment: Payment, amount: str = "500.00", paid_on: date = date(2026, 11, 18)) -> None:
    factories.PaymentFactory(account=payment.account, amount=Decimal(amount), paid_on=paid_on)


def test_waiting_is_offered_whether_the_account_exists_or_not(as_alice: PageClient, typed: dict[str, str]) -> None:
    offer = "Платёж ещё не дошёл — подождать"
    assert offer not in as_alice.get(URL).content.decode()
    for number in (typed["number"], "018\\99999999"):
        answer = as_alice.post(URL, typed | {"number": number, "amount": "500,00"})
        assert offer in answer.content.decode()
        assert not LinkRequest.objects.exists()


def test_a_request_keeps_exactly_that_day_and_sum(waiting: LinkRequest) -> None:
    assert (waiting.paid_on, waiting.amount) == (date(2026, 11, 19), Decimal("500.00"))
    assert waiting.expires_at - waiting.created_at == timedelta(days=10)


def test_a_request_is_one_guess(waiting: LinkRequest) -> None:
    assert LinkGuess.objects.count() == 1


def test_a_request_waits_for_an_unknown_number_too(as_alice: PageClient, typed: dict[str, str]) -> None:
    answer = as_alice.post(URL, typed | FRESH | {"number": "018\\99999999"})
    assert answer["Location"] == reverse("billing:account_list")
    assert LinkRequest.objects.count() == 1


def test_a_number_longer_than_any_is_no_number(as_alice: PageClient, typed: dict[str, str]) -> None:
    """Of a supplier that has not said what its numbers look like."""
    supplier = factories.SupplierFactory(code="new", number_pattern="", number_example="")
    odd = typed | FRESH | {"supplier": str(supplier.pk), "number": "1" * 41}
    assert "не похоже на номер лицевого счёта" in as_alice.post(URL, odd).content.decode()
    as_alice.post(URL, odd | {"number": "1" * 40})
    assert LinkRequest.objects.get().digits == "1" * 40


def test_the_payment_comes_and_the_account_is_linked(waiting: LinkRequest, alice: User, payment: Payment) -> None:
    arrive(payment)
    assert operations.settle_link_requests(supplier_id=payment.supplier_id, at=timezone.now()) == 1
    link = Link.objects.visible_to(alice).get()
    assert (link.account, link.alias, link.proof) == (payment.account, "Квартира", "payment")
    news = Notification.objects.get(user=alice)
    assert payment.account.number in news.text
    assert news.url == reverse("billing:account_detail", args=[link.pk])
    assert operations.settle_link_requests(at=timezone.now()) == 0


def test_a_payment_of_another_sum_does_not_settle_it(waiting: LinkRequest, payment: Payment) -> None:
    arrive(payment, amount="500.01")
    assert operations.settle_link_requests(at=timezone.now()) == 0
    assert LinkRequest.objects.pending().exists()


def test_an_import_of_another_supplier_does_not_look_at_it(waiting: LinkRequest, payment: Payment) -> None:
    arrive(payment)
    other = factories.SupplierFactory(code="eirc")
    assert operations.settle_link_requests(supplier_id=other.pk, at=timezone.now()) == 0


def test_after_ten_days_the_resident_is_told(waiting: LinkRequest, alice: User, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(days=9, hours=23))
    assert operations.settle_link_requests(at=timezone.now()) == 0
    clock.shift(timedelta(hours=2))
    assert operations.settle_link_requests(at=timezone.now()) == 1
    waiting.refresh_from_db()
    assert waiting.status == LinkRequest.Status.EXPIRED
    assert "не появился за десять дней" in Notification.objects.get(user=alice).text


def test_a_request_stands_in_the_list_and_can_be_withdrawn(
    as_alice: PageClient, waiting: LinkRequest, payment: Payment
) -> None:
    page = reverse("billing:account_list")
    assert payment.account.number in as_alice.get(page).content.decode()
    as_alice.post(reverse("billing:link_request_withdraw", args=[waiting.public_id]))
    waiting.refresh_from_db()
    assert waiting.status == LinkRequest.Status.WITHDRAWN
    arrive(payment)
    assert operations.settle_link_requests(at=timezone.now()) == 0


def test_new_words_for_the_same_number_replace_the_earlier(
    as_alice: PageClient, waiting: LinkRequest, typed: dict[str, str]
) -> None:
    as_alice.post(URL, typed | FRESH | {"amount": "600,00"})
    assert LinkRequest.objects.pending().get().amount == Decimal("600.00")


def test_linking_otherwise_ends_the_waiting(
    as_alice: PageClient, waiting: LinkRequest, typed: dict[str, str], alice: User
) -> None:
    as_alice.post(URL, typed)
    waiting.refresh_from_db()
    assert waiting.status == LinkRequest.Status.LINKED
    assert not Notification.objects.filter(user=alice).exists()


def test_earlier_holders_hear_when_a_request_is_settled(waiting: LinkRequest, boris: User, payment: Payment) -> None:
    factories.LinkFactory(user=boris, account=payment.account)
    arrive(payment)
    operations.settle_link_requests(at=timezone.now())
    assert Notification.objects.filter(user=boris, event="billing/holder_joined").exists()


def test_a_serial_number_is_not_waited_for(as_alice: PageClient, typed: dict[str, str]) -> None:
    as_alice.post(URL, typed | {"proof": "meter", "serial": "1", "wait": "1"})
    assert not LinkRequest.objects.exists()
