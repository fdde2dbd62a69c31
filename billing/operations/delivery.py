"""How bills arrive (способ получения счёта)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing.models import BillDelivery, Link
from notifications import operations as notifications

TIME_TO_NOTICE = timedelta(hours=24)
"""Bills go to a new address only after it: all who hold the account are told and can take it back (T30, A4)."""
CHANGED = "billing/delivery_changed"


class EmailNotConfirmed(Exception):
    def __init__(self) -> None:
        super().__init__("Сначала укажите почту и подтвердите её: на неё и будем присылать счета.")


@transaction.atomic(durable=True)
def choose_bill_delivery(*, user: User, link_id: int, method: str, at: datetime) -> BillDelivery:
    """Record the resident's choice; the newest holds. Letters go to the address the resident has confirmed.

    Another address than that in force waits a day. Others who see the personal account hear of a change.

    Raises: EmailNotConfirmed; Link.DoesNotExist for a stranger's link.
    """
    links = Link.objects.visible_to(user).full().select_related("account")
    link = links.select_for_update(of=("self",)).get(pk=link_id)
    by_email = method != BillDelivery.Method.PAPER
    email = User.objects.get(pk=user.pk).email if by_email else ""
    if by_email and not email:
        raise EmailNotConfirmed
    choices = BillDelivery.objects.filter(account=link.account).order_by("-id")
    newest, current = choices.standing().first(), choices.in_force(at).first()
    if newest and (newest.user_id, newest.method, newest.email) == (user.pk, method, email):
        return newest
    is_known = current is not None and (current.user_id, current.email) == (user.pk, email)
    delivery = BillDelivery.objects.create(
        account=link.account,
        user=user,
        method=method,
        email=email,
        chosen_at=at,
        in_force_at=at + TIME_TO_NOTICE if by_email and not is_known else at,
    )
    record_event(Kind.DELIVERY_CHANGED, user=user, figures={"account": link.account_id, "method": method}, at=at)
    _tell(link, delivery, at=at)
    return delivery


@transaction.atomic(durable=True)
def withdraw_bill_delivery(*, user: User, link_id: int, at: datetime) -> BillDelivery:
    """Take back a choice that waits its day: one's own, or that of somebody who came later.

    Raises: Link.DoesNotExist for a stranger's link; BillDelivery.DoesNotExist when nothing waits that is this
    resident's to take back.
    """
    links = Link.objects.visible_to(user).full().select_related("account")
    link = links.select_for_update(of=("self",)).get(pk=link_id)
    waiting = BillDelivery.objects.filter(account=link.account).waiting(at).select_for_update(of=("self",))
    newest = waiting.select_related("user").order_by("-id").first()
    if newest is None or not may_withdraw(link, newest):
        raise BillDelivery.DoesNotExist
    waiting.update(withdrawn_at=at, withdrawn_by=user)
    record_event(Kind.DELIVERY_WITHDRAWN, user=newest.user_id, figures={"account": link.account_id}, at=at)
    theirs = Link.objects.filter(account=link.account, user=newest.user, ended_at=None).exclude(user=user).first()
    if theirs:
        notifications.notify(
            user=newest.user,
            event="billing/delivery_withdrawn",
            context={"number": link.account.number},
            url=reverse("billing:account_detail", args=[theirs.pk]),
            since=theirs.linked_at,
            at=at,
        )
    return newest


def may_withdraw(link: Link, delivery: BillDelivery) -> bool:
    """Who chose it may, and whoever came to the account earlier than that one."""
    if delivery.user_id == link.user_id:
        return True
    theirs = Link.objects.filter(account_id=link.account_id, user_id=delivery.user_id, ended_at=None).first()
    return theirs is None or link.linked_at < theirs.linked_at


def forget_choices(link: Link, *, at: datetime) -> None:
    """Within a transaction: who sees the account no more has no say in its bills; the choice before holds again."""
    BillDelivery.objects.standing().filter(account_id=link.account_id, user_id=link.user_id).update(withdrawn_at=at)


def recall_choices(link: Link, *, forgotten_at: datetime) -> None:
    """Within a transaction: who takes an unlinking back gets the bills as before it."""
    forgotten = BillDelivery.objects.filter(withdrawn_at=forgotten_at, withdrawn_by=None)
    forgotten.filter(account_id=link.account_id, user_id=link.user_id).update(withdrawn_at=None)


def _tell(link: Link, delivery: BillDelivery, *, at: datetime) -> None:
    """All who hold the account at the bell; and by SMS, when letters are about to go to another address."""
    holders = Link.objects.full().filter(account=link.account, ended_at=None).select_related("user")
    waits = delivery.waits(at)
    context = {
        "number": link.account.number,
        "method": delivery.get_method_display(),
        "from": delivery.in_force_at if waits else None,
    }
    for holder in holders:
        if holder.user_id != delivery.user_id:
            url = reverse("billing:account_detail", args=[holder.pk])
            notifications.notify(
                user=holder.user, event=CHANGED, context=context, url=url, since=holder.linked_at, at=at
            )
        if waits:
            key = f"delivery-changed/{delivery.pk}/{holder.user_id}"
            notifications.queue_sms(to=str(holder.user.phone), event=CHANGED, context=context, key=key, at=at)
