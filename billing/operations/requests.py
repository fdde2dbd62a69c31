"""Requests that wait for a payment to reach the registry (domain.md 5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from billing.models import Link, LinkGuess, LinkRequest
from billing.models.guesses import MONTH
from billing.operations.linking import Claim, find_proven_account, make_link
from billing.proofs import LastPayment
from notifications import operations as notifications


@transaction.atomic(durable=True)
def withdraw_link_request(*, user: User, public_id: UUID, at: datetime) -> LinkRequest:
    """Stop waiting. Raises: LinkRequest.DoesNotExist for a stranger's request or one that is settled."""
    request = LinkRequest.objects.visible_to(user).pending().select_for_update().get(public_id=public_id)
    request.status = LinkRequest.Status.WITHDRAWN
    request.settled_at = at
    request.save(update_fields=["status", "settled_at"])
    return request


def settle_link_requests(*, supplier_id: int | None = None, at: datetime) -> int:
    """Look again at every request that waits; how many were settled, one way or the other. Safe to run twice.

    Each request is a transaction of its own: call it outside one, after every import.
    """
    waiting = LinkRequest.objects.pending()
    if supplier_id is not None:
        waiting = waiting.filter(supplier_id=supplier_id)
    return sum(_settle(pk, at=at) for pk in list(waiting.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic(durable=True)
def _settle(request_id: int, *, at: datetime) -> bool:
    request = (
        LinkRequest.objects.pending()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("user", "supplier")
        .filter(pk=request_id)
        .first()
    )
    if request is None:
        return False
    claim = _read_claim(request)
    account = find_proven_account(claim, at=at)
    if account:
        link = make_link(
            user=request.user,
            account=account,
            proof=LastPayment.code,
            claim=claim,
            at=at,
            linked_at=request.created_at if request.user.hides(request.created_at) else at,
        )
        _finish(request, LinkRequest.Status.LINKED, event="billing/link_request_linked", link=link, at=at)
        return True
    if request.expires_at <= at:
        _finish(request, LinkRequest.Status.EXPIRED, event="billing/link_request_expired", link=None, at=at)
        return True
    return False


def _read_claim(request: LinkRequest) -> Claim:
    return Claim(
        supplier=request.supplier,
        digits=request.digits,
        shown_number=request.shown_number,
        service="",
        proof=LastPayment(),
        data={"paid_on": request.paid_on, "amount": request.amount},
        alias=request.alias,
        group_id=request.group_id,
    )


def _finish(request: LinkRequest, status: LinkRequest.Status, *, event: str, link: Link | None, at: datetime) -> None:
    request.status = status
    request.settled_at = at
    request.save(update_fields=["status", "settled_at"])
    place = reverse("billing:account_detail", args=[link.pk]) if link else reverse("billing:link_create")
    context = {"number": request.shown_number}
    notifications.notify(user=request.user, event=event, context=context, url=place, since=request.created_at, at=at)


@transaction.atomic(durable=True)
def forget_old_guesses(*, at: datetime) -> int:
    """Wrong guesses that no limit counts any more are deleted."""
    deleted, _ = LinkGuess.objects.filter(guessed_at__lte=at - MONTH).delete()
    return deleted
