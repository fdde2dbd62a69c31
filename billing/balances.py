"""What is left to pay on the latest bill."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import Bill, Link

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Balance:
    """Roubles. `paid_after` is what reached the supplier after the bill was issued."""

    bill: Bill
    paid_after: Decimal
    today: date

    @property
    def left(self) -> Decimal:
        return self.bill.amount_due - self.paid_after

    @property
    def to_pay(self) -> Decimal:
        return max(self.left, ZERO)

    @property
    def overpaid(self) -> Decimal:
        return max(-self.left, ZERO)

    @property
    def is_late(self) -> bool:
        return self.to_pay > 0 and self.bill.due_on is not None and self.bill.due_on < self.today


def get_balance(link: Link, on: date) -> Balance | None:
    """Of a link that has its newest bill (`Link.objects.with_newest`); None while there is no bill."""
    return Balance(link.newest_bill, link.paid_after or ZERO, on) if link.newest_bill else None
