"""How a resident proves that a personal account is theirs (domain.md 5). A supplier can add a way of its own.

`settings.LINK_PROOFS` lists dotted paths of classes that look like `LinkProof`. The first is offered as the default.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from billing.form_fields import MoneyField, PastDateField
from billing.models import Payment, PersonalAccount

LATEST_PAYMENTS = 3
"""How many of the account's newest payments prove it, however long ago they were made."""

RECENT_DAYS = 60
"""Payments of the last so many days prove it too, even when there are more than `LATEST_PAYMENTS` of them."""

DAYS_APART = 3
"""How far the typed day may be from the day paid or posted: the two differ (domain.md 5)."""


class LinkProof(Protocol):
    """One way of proving. `holds` does the same work whether the account exists or not and reveals nothing else.

    An unknown number comes to `holds` as an unsaved account with the primary key 0: look rows up by
    `account_id=account.pk`, and they are simply not there.
    """

    code: str
    label: str

    def fields(self) -> dict[str, forms.Field]:
        """Fields by the name they have in the form «Новый лицевой счёт»; names must differ from other proofs'."""

    def holds(self, account: PersonalAccount, data: Mapping[str, Any]) -> bool:
        """Is the account proven by these cleaned values of `fields`? `data["at"]` is the moment of the request."""


class LastPayment:
    """The day and the exact sum of one of the latest payments. The default: many have no meter data."""

    code = "payment"
    label = "Последний платёж"

    def fields(self) -> dict[str, forms.Field]:
        return {
            "paid_on": PastDateField(
                label="Дата последнего платежа",
                help_text="Как в чеке. Разница в пару дней — не беда.",
                error_messages={"required": "Впишите день, когда заплатили"},
            ),
            "amount": MoneyField(
                label="Сумма последнего платежа",
                help_text="До копейки, например 1 234,50.",
                error_messages={"required": "Впишите сумму платежа"},
            ),
        }

    def holds(self, account: PersonalAccount, data: Mapping[str, Any]) -> bool:
        """One statement, for a known account and an unknown one alike."""
        paid_on: date = data["paid_on"]
        amount: Decimal = data["amount"]
        at: datetime = data["at"]
        recent_from = timezone.localdate(at) - timedelta(days=RECENT_DAYS)
        newest = Payment.objects.filter(account_id=account.pk, amount__gt=0).order_by("-paid_on", "-id")
        latest = list(newest.values_list("paid_on", "amount")[:RECENT_DAYS])
        # Of two payments of one day neither is the later: both count.
        days = [day for day, _ in latest[:LATEST_PAYMENTS]]
        since = min([recent_from, *days[-1:]])
        return any(
            abs(day - paid_on) <= timedelta(days=DAYS_APART) and paid == amount for day, paid in latest if day >= since
        )


def is_open_to_neighbours(proof: LinkProof) -> bool:
    """Whether others can know what it asks for, as a meter's number in a stairwell; a proof says so of itself."""
    return bool(getattr(proof, "is_open_to_neighbours", False))


@lru_cache(maxsize=4)
def _load_proofs(paths: tuple[str, ...]) -> dict[str, LinkProof]:
    proofs: list[LinkProof] = [import_string(path)() for path in paths]
    return {proof.code: proof for proof in proofs}


def get_proofs() -> dict[str, LinkProof]:
    """The ways of proving this portal knows, by code, in the order of the setting."""
    return _load_proofs(tuple(settings.LINK_PROOFS))
