"""Residents of the registry packages beside the project are linked by what their papers say (issue 2)."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from billing import account_numbers
from billing.models import Payment, PersonalAccount, Supplier
from billing.proofs import LATEST_PAYMENTS, LastPayment
from exchange import operations as exchange
from meters.models import Installation
from meters.proofs import MeterNumber
from tests import factories

PACKAGE = Path(__file__).resolve().parents[3] / "shared" / "registry" / "psk-2026-10"

pytestmark = [
    pytest.mark.skipif(not PACKAGE.is_dir(), reason="the registry package psk-2026-10 does not lie beside the project"),
    pytest.mark.django_db,
]


@pytest.fixture(scope="module")
def last_payments() -> dict[str, list[tuple[date, Decimal]]]:
    """The latest payments by account number, as the package tells them."""
    payments: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    with (PACKAGE / "payments.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            payments[row["account"]].append((date.fromisoformat(row["paid_on"]), Decimal(row["amount"])))
    return {number: sorted(rows, reverse=True) for number, rows in payments.items()}


def test_every_resident_is_linked_by_payment_and_by_serial(
    last_payments: dict[str, list[tuple[date, Decimal]]],
) -> None:
    exchange.import_registry(PACKAGE, at=factories.NOW)
    supplier = Supplier.objects.get(code="psk")
    accounts = PersonalAccount.objects.filter(supplier=supplier).in_bulk(field_name="pk")
    by_number = {account.number: account for account in accounts.values()}
    assert len(by_number) > 300
    proof = LastPayment()

    def holds(account: PersonalAccount, paid_on: date, amount: Decimal) -> bool:
        return proof.holds(account, {"paid_on": paid_on, "amount": amount, "at": factories.NOW})

    for number, payments in last_payments.items():
        account = by_number[number]
        assert account.digits == account_numbers.normalise_number(number)
        for paid_on, amount in payments[:LATEST_PAYMENTS]:
            assert holds(account, paid_on, amount)
            assert holds(account, paid_on + timedelta(days=3), amount)
            assert holds(account, paid_on - timedelta(days=3), amount)
        known = {amount for _, amount in payments}
        paid_on, amount = payments[0]
        if amount + Decimal("0.01") not in known:
            assert not holds(account, paid_on, amount + Decimal("0.01"))
        for days in (4, -4):
            day = paid_on + timedelta(days=days)
            if not any(abs(other - day) <= timedelta(days=3) and amount == paid for other, paid in payments):
                assert not holds(account, day, amount)
    assert Payment.objects.filter(supplier=supplier).count() == sum(map(len, last_payments.values()))

    by_serial = MeterNumber()
    standing = Installation.objects.filter(account__supplier=supplier, removed_on=None).exclude(meter__serial="")
    for installation in standing.select_related("account", "meter"):
        serial = installation.meter.serial_key
        assert by_serial.holds(installation.account, {"serial": serial, "at": factories.NOW})
        wrong = serial[:-1] + str((int(serial[-1]) + 1) % 10)
        assert not by_serial.holds(installation.account, {"serial": wrong, "at": factories.NOW})
