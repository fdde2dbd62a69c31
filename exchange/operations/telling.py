"""What came of a package is told to staff who cannot be watching: at the bell, and by e-mail to those who have one."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from billing import staff_scope
from exchange.models import Arrival, ImportRun
from notifications import operations as notifications

EVENT = "exchange/arrival_settled"


def tell_staff(arrival: Arrival, *, at: datetime) -> None:
    """In the transaction that settles it. Who brought it hears in any case, of a dropped one who decides about it."""
    run = arrival.run
    status = "failed" if arrival.status == Arrival.Status.FAILED else str(run.status) if run else ""
    if arrival.way == Arrival.Way.INBOX and status == ImportRun.Status.APPLIED:
        return
    url = reverse("admin:exchange_arrival_change", args=[arrival.pk])
    if status == ImportRun.Status.HELD and run:
        url = reverse("admin:exchange_importrun_change", args=[run.pk])
    context = {
        "arrival": arrival,
        "status": status,
        "reason": arrival.reason or (run.reason if run else ""),
        "address": settings.PUBLIC_URL + url,
    }
    hearers = [arrival.brought_by] if arrival.brought_by else _list_deciders(arrival.supplier_code)
    notifications.notify_all(event=EVENT, news=((user, context, url) for user in hearers), at=at)
    for user in hearers:
        if user.email:
            key = f"arrival-{arrival.pk}-{at.timestamp():.0f}-{user.pk}"
            notifications.queue_email(to=user.email, event=EVENT, context=context, key=key, at=at)


def _list_deciders(supplier_code: str) -> list[User]:
    """Who may decide about packages of this supplier."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    own = Q(user_permissions__codename="change_importrun", user_permissions__content_type__app_label="exchange")
    shared = Q(groups__permissions__codename="change_importrun")
    able = staff.filter(Q(is_superuser=True) | own | shared).distinct().order_by("pk")
    return [user for user in able if staff_scope.serves_whole(user, supplier_code)]
