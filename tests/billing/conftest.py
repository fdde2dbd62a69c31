"""The clock of these tests, and a form filled in rightly."""

from collections.abc import Iterator

import pytest
import time_machine

from billing.models import Payment
from tests import factories
from tests.pages import PageClient


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(factories.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def as_alice(as_alice: PageClient) -> PageClient:
    """She came in a moment ago."""
    as_alice.have_typed_password()
    return as_alice


@pytest.fixture
def payment(db: None) -> Payment:
    """The last payment of a personal account nobody has linked: 3 412,80 ₽ on 10 November."""
    return factories.PaymentFactory()


@pytest.fixture
def typed(payment: Payment) -> dict[str, str]:
    """«Новый лицевой счёт» as a resident fills it in for that account."""
    return {
        "supplier": str(payment.supplier_id),
        "service": "electricity",
        "number": payment.account.number,
        "proof": "payment",
        "paid_on": "2026-11-10",
        "amount": "3412,80",
        "alias": "Квартира",
        "group": "new",
    }
