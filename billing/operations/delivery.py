"""How bills arrive (способ получения счёта)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing.models import BillDelivery, Link
from notifications import operations as notifications


@transaction.atomic(durable=True)
def choose_bill_delivery(*, user: User, link_id: int, method: str, email: str, at: datetime) -> BillDelivery:
    """Record the resident's choice; the newest holds. Others who see the personal account hear of a change.

    Raises: Link.DoesNotExist for a stranger's link.
    """
    link = Link.objects.visible_to(user).select_related("account").select_for_update(of=("self",)).get(pk=link_id)
    newest = BillDelivery.objects.filter(account=link.account).order_by("-id").first()
    email = "" if method == BillDelivery.Method.PAPER else email
    if newest and (newest.user_id, newest.method, newest.email) == (user.pk, method, email):
        return newest
    delivery = BillDelivery.objects.create(account=link.account, user=user, method=method, email=email, chosen_at=at)
    record_event(Kind.DELIVERY_CHANGED, user=user, figures={"account": link.account_id, "method": method}, at=at)
    others = Link.objects.filter(account=link.account, ended_at=None).exclude(user=user).select_related("user")
    for other in others:
        notifications.notify(
            user=other.user,
            event="billing/delivery_changed",
            context={"number": link.account.number, "method": delivery.get_method_display()},
            url=reverse("billing:account_detail", args=[other.pk]),
            since=other.linked_at,
            at=at,
        )
    return delivery
