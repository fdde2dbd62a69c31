"""Requests that arrive together make one link."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import User
from billing import operations
from billing.models import Link, LinkGuess
from billing.proofs import LastPayment
from tests import factories, residents

pytestmark = pytest.mark.django_db(transaction=True)


def _claim(payment: object, amount: object) -> operations.Claim:
    return operations.Claim(
        supplier=payment.supplier,
        digits=payment.account.digits,
        shown_number=payment.account.number,
        service="electricity",
        proof=LastPayment(),
        data={"paid_on": payment.paid_on, "amount": amount},
        alias="",
        group_id=None,
    )


def _try(user: User, claim: operations.Claim) -> str:
    try:
        operations.link_personal_account(user=user, claim=claim, network_address="192.0.2.1", at=factories.NOW)
    except (operations.AlreadyLinked, operations.NotProven, operations.TooManyGuesses) as error:
        return type(error).__name__
    else:
        return "linked"
    finally:
        connections.close_all()


def test_parallel_requests_of_one_resident_make_one_link() -> None:
    user = residents.make_resident(residents.ALICE)
    payment = factories.PaymentFactory()
    claim = _claim(payment, payment.amount)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: _try(user, claim), range(8)))
    assert sorted(set(outcomes)) == ["AlreadyLinked", "linked"]
    assert outcomes.count("linked") == 1
    assert Link.objects.filter(user=user).count() == 1


def test_parallel_guesses_are_compared_no_more_often_than_the_limit() -> None:
    user = residents.make_resident(residents.ALICE)
    payment = factories.PaymentFactory()
    claim = _claim(payment, payment.amount + 1)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: _try(user, claim), range(16)))
    assert outcomes.count("NotProven") == 5
    assert outcomes.count("TooManyGuesses") == 11
    assert LinkGuess.objects.count() == 5
