"""Linking a personal account: domain.md 5, security.md A3 and A4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts import phones
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import User
from accounts.recovery.opening import open_past
from billing.models import AccountGroup, Link, LinkRequest, PersonalAccount, Supplier
from billing.operations.groups import take_group
from billing.operations.guessing import Guess, TooManyGuesses, name_target
from billing.proofs import LastPayment, LinkProof, is_open_to_neighbours
from notifications import operations as notifications

WAITS_FOR = timedelta(days=10)
"""How long a payment that has not arrived is waited for (domain.md 5)."""


class NotProven(Exception):
    """Something did not agree. One text whatever it was, so that nothing is learned about the account."""

    def __init__(self) -> None:
        super().__init__(
            "Не получилось подтвердить лицевой счёт. Проверьте поставщика, номер и то, чем вы его подтверждаете:"
            " день и сумму до копейки — по чеку, номер счётчика — по табличке на корпусе."
        )


class AlreadyLinked(Exception):
    """The resident has this personal account already; `link` is the way there."""

    def __init__(self, link: Link) -> None:
        super().__init__(f"Лицевой счёт {link.account.number} у вас уже есть.")
        self.link = link


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the resident typed: «this personal account is mine»."""

    supplier: Supplier
    digits: str
    shown_number: str
    service: str
    proof: LinkProof
    data: Mapping[str, Any]
    alias: str
    group_id: int | None


def link_personal_account(*, user: User, claim: Claim, network_address: str, at: datetime) -> Link:
    """Give the resident the right to see a personal account, and tell those who have it already.

    Raises:
        AlreadyLinked: the resident has it.
        TooManyGuesses: a limit is reached; nothing was compared.
        NotProven: the account is unknown or the proof does not hold. The guess is counted.
    """
    outcome = _try(user=user, claim=claim, network_address=network_address, waits=False, at=at)
    if not isinstance(outcome, Link):
        raise NotProven
    return outcome


def await_payment(*, user: User, claim: Claim, network_address: str, at: datetime) -> Link | LinkRequest:
    """The same, but a payment that is not there yet is kept and looked for again for ten days.

    The request is one guess and is counted as one, whether the personal account exists or not.

    Raises: as `link_personal_account`.
    """
    waits = claim.proof.code == LastPayment.code
    outcome = _try(user=user, claim=claim, network_address=network_address, waits=waits, at=at)
    if outcome is None:
        raise NotProven
    return outcome


def _try(*, user: User, claim: Claim, network_address: str, waits: bool, at: datetime) -> Link | LinkRequest | None:
    try:
        outcome = _attempt(user=user, claim=claim, network_address=network_address, waits=waits, at=at)
    except TooManyGuesses:
        _record_refusal(user, claim, Result.LIMITED, at=at)
        raise
    if outcome is None:
        _record_refusal(user, claim, Result.FAILED, at=at)
    return outcome


@transaction.atomic(durable=True)
def _attempt(*, user: User, claim: Claim, network_address: str, waits: bool, at: datetime) -> Link | LinkRequest | None:
    guess = Guess(user, claim.supplier.pk, claim.digits, network_address)
    guess.wait_for_turn()
    own = (
        Link.objects.visible_to(user)
        .filter(account__supplier=claim.supplier, account__digits=claim.digits)
        .select_related("account")
        .first()
    )
    if own and not (own.is_reduced and claim.proof.code == LastPayment.code):
        raise AlreadyLinked(own)
    guess.check_limits(at=at)
    account = find_proven_account(claim, at=at)
    if account:
        return make_link(user=user, account=account, proof=claim.proof.code, claim=claim, at=at)
    guess.count_as_wrong(at=at)
    return _keep_waiting(user=user, claim=claim, at=at) if waits else None


def _record_refusal(user: User, claim: Claim, result: Result, *, at: datetime) -> None:
    figures = {"proof": claim.proof.code}
    subject = name_target(claim.supplier.pk, claim.digits)
    record_event(Kind.LINK, user=user, subject=subject, result=result, figures=figures, at=at)


def find_proven_account(claim: Claim, *, at: datetime) -> PersonalAccount | None:
    """The account the claim proves. An unknown number costs the same two statements as a known one."""
    named = PersonalAccount.objects.filter(supplier=claim.supplier, digits=claim.digits).order_by("pk")
    candidates = list(named) or [PersonalAccount(pk=0, supplier=claim.supplier, digits=claim.digits)]
    proven = [account for account in candidates if claim.proof.holds(account, {**claim.data, "at": at})]
    proven.sort(key=lambda account: account.service != claim.service)
    return proven[0] if proven else None


def make_link(
    *,
    user: User,
    account: PersonalAccount,
    proof: str,
    claim: Claim,
    at: datetime,
    linked_at: datetime | None = None,
) -> Link:
    """Within the caller's transaction: the link, the news to earlier holders, the end of requests that waited.

    A meter's number, which neighbours can read, gives a link of readings alone where the supplier wants it so; a
    payment makes it whole (security.md T2).

    A link of a hidden past (`accounts.hidden_past`): a payment shows its owner, and everything opens; by any other
    proof it is made anew, and the past stays hidden.
    """
    hidden = Link.objects.filter(user=user, account=account, ended_at=None).first()
    if hidden and user.hides(hidden.linked_at):
        is_recognised = proof == LastPayment.code and open_past(user, known_since=hidden.linked_at, by=proof, at=at)
        if not is_recognised:
            hidden.ended_at = at
            hidden.save(update_fields=["ended_at"])
    link, made = Link.objects.get_or_create(
        user=user,
        account=account,
        ended_at=None,
        defaults={
            "group": take_group(user=user, group_id=claim.group_id, at=at),
            "alias": claim.alias,
            "proof": proof,
            "linked_at": linked_at or at,
            "is_reduced": is_open_to_neighbours(claim.proof) and account.supplier.meter_links_are_reduced,
        },
    )
    if link.is_reduced and not is_open_to_neighbours(claim.proof):
        link.is_reduced = False
        link.save(update_fields=["is_reduced"])
        record_event(Kind.LINK, user=user, figures={"account": account.pk, "proof": proof}, at=at)
    LinkRequest.objects.pending().filter(user=user, supplier=claim.supplier, digits=claim.digits).update(
        status=LinkRequest.Status.LINKED, settled_at=at
    )
    if made:
        record_event(Kind.LINK, user=user, figures={"account": account.pk, "proof": proof}, at=at)
        _tell_earlier_holders(link, at=at)
    return link


def _tell_earlier_holders(link: Link, *, at: datetime) -> None:
    earlier = Link.objects.full().filter(account=link.account, ended_at=None).exclude(user=link.user)
    for holder in earlier.select_related("user"):
        notifications.notify(
            user=holder.user,
            event="billing/holder_joined",
            context={"number": link.account.number, "phone": phones.mask_phone(str(link.user.phone))},
            url=reverse("billing:account_detail", args=[holder.pk]),
            since=holder.linked_at,
            at=at,
        )


def _keep_waiting(*, user: User, claim: Claim, at: datetime) -> LinkRequest:
    """The newest words hold: an earlier request for the same number is withdrawn."""
    LinkRequest.objects.pending().filter(user=user, supplier=claim.supplier, digits=claim.digits).update(
        status=LinkRequest.Status.WITHDRAWN, settled_at=at
    )
    group: AccountGroup = take_group(user=user, group_id=claim.group_id, at=at)
    record_event(Kind.LINK_WAITS, user=user, subject=name_target(claim.supplier.pk, claim.digits), at=at)
    return LinkRequest.objects.create(
        user=user,
        supplier=claim.supplier,
        digits=claim.digits,
        shown_number=claim.shown_number,
        paid_on=claim.data["paid_on"],
        amount=claim.data["amount"],
        alias=claim.alias,
        group=group,
        created_at=at,
        expires_at=at + WAITS_FOR,
    )
