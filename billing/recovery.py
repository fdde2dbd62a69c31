"""The last payment of a linked personal account shows whose the cabinet was (security.md T11, `RECOVERY_PROOFS`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction

from accounts.models import User
from accounts.recovery.proofs import NotRecognised
from billing import account_numbers
from billing.models import Link, PersonalAccount
from billing.operations.guessing import Guess, TooManyGuesses
from billing.proofs import LastPayment

if TYPE_CHECKING:
    from django.db.models import QuerySet


class PaymentOfLinked:
    """Number, day and sum, as when a personal account is linked, and under the same limits (A3)."""

    code = "payment"
    label = "Последний платёж"
    hint = "По любому из лицевых счетов, которые были в кабинете. Номер, день и сумма есть в чеке."

    def is_open_to(self, user: User) -> bool:
        return _get_links(user).exists()

    def fields(self) -> dict[str, forms.Field]:
        number = forms.CharField(
            label="Номер лицевого счёта",
            max_length=60,
            help_text="Он напечатан вверху счёта. Косую черту можно не ставить.",
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            error_messages={"required": "Впишите номер лицевого счёта"},
        )
        return {"number": number, **LastPayment().fields()}

    def recognise(self, user: User, data: Mapping[str, Any], *, network_address: str, at: datetime) -> datetime | None:
        """The same work whether the account was linked, is another's, or does not exist. Raises TooManyTries."""
        digits = account_numbers.normalise_number(data["number"])
        try:
            return _recognise(user, digits, data, network_address, at)
        except TooManyGuesses as error:
            raise TooManyTries(str(error)) from error


class TooManyTries(NotRecognised):
    def __init__(self, words: str) -> None:
        Exception.__init__(self, words)


@transaction.atomic(durable=True)
def _recognise(user: User, digits: str, data: Mapping[str, Any], network_address: str, at: datetime) -> datetime | None:
    links = list(_get_links(user).filter(account__digits=digits).select_related("account").order_by("linked_at"))
    supplier_id = links[0].account.supplier_id if links else 0
    guess = Guess(user, supplier_id, digits, network_address)
    guess.wait_for_turn()
    guess.check_limits(at=at)
    accounts = [link.account for link in links] or [PersonalAccount(pk=0, digits=digits)]
    held = [account.pk for account in accounts if LastPayment().holds(account, {**data, "at": at})]
    since = min((link.linked_at for link in links if link.account_id in held), default=None)
    if since is None:
        guess.count_as_wrong(at=at)
    return since


def _get_links(user: User) -> "QuerySet[Link]":
    """Standing links of the time that is hidden; all, while nothing is."""
    links = Link.objects.filter(user=user, ended_at=None)
    return links if user.hidden_before is None else links.filter(linked_at__lt=user.hidden_before)
