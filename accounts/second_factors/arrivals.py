"""Somebody has proved who he is and comes in (security.md S17, ASVS 6.3.5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts import devices, known_devices, limits
from accounts.models import TrustedDevice, User
from accounts.operations.codes import Visitor
from notifications import operations as notifications

FAILURES_WORTH_TELLING = 5
LOOKED_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Arrival:
    """The device, when it is remembered, and its new key, when it got one."""

    device: TrustedDevice | None
    key: str | None = None


@transaction.atomic(durable=True)
def note_arrival(*, user: User, visitor: Visitor, proof: str, own_device: bool, at: datetime) -> Arrival:
    """Remember the device unless it is another's, and tell the user what he would want to know of.

    `proof` is how the user proved himself just now. The password alone renews no trust, but where none is asked for
    more it begins it. `user.last_login` is still that of the time before.
    """
    # Two windows of one browser at once: the second finds what the first has written.
    User.objects.select_for_update().get(pk=user.pk)
    standing = TrustedDevice.objects.visible_to(user).standing()
    former = standing.filter(key_hash=visitor.device.key_hash).first() if visitor.device else None
    arrival = _remember(former, user, visitor, proof, at) if own_device else Arrival(None)
    if former and not own_device:
        known_devices.end_devices([former], at=at)
    if user.last_login:
        _tell(user, visitor, former, at)
    return arrival


def _remember(former: TrustedDevice | None, user: User, visitor: Visitor, proof: str, at: datetime) -> Arrival:
    if former and former.until > at and proof == TrustedDevice.Proof.PASSWORD:
        known_devices.note_seen(former, address=visitor.address, user_agent=visitor.user_agent, at=at)
        return Arrival(former)
    device, key = known_devices.trust_device(
        visitor.device, user, proof=proof, address=visitor.address, user_agent=visitor.user_agent, at=at
    )
    return Arrival(device, key)


def _tell(user: User, visitor: Visitor, former: TrustedDevice | None, at: datetime) -> None:
    url = reverse("second_factors:overview")
    context = {"at": at, "device": devices.name_device(visitor.user_agent), "address": visitor.address}
    if former is None:
        notifications.notify(user=user, event="accounts/new_device", context=context, url=url, at=at)
        if user.email:
            notifications.queue_email(
                to=user.email,
                event="accounts/new_device",
                context=context,
                key=f"new-device/{user.pk}/{at.timestamp()}",
                at=at,
            )
    failures = _count_failures(user, at)
    if failures >= FAILURES_WORTH_TELLING:
        context["failures"] = failures
        notifications.notify(user=user, event="accounts/sign_in_after_failures", context=context, url=url, at=at)


def _count_failures(user: User, at: datetime) -> int:
    """Wrong passwords from devices that are not the user's own, and wrong codes after a right password."""
    phone, since = str(user.phone), max(user.last_login or at, at - LOOKED_BACK)
    counted = [(limits.SIGN_IN_PER_PHONE[0], phone)]
    counted += [
        (each, limits.sign_in_subject(phone)) for each in (limits.CODE_FAILURES[0], limits.APPLICATION_FAILURES)
    ]
    return sum(limits.count_since(policy, subject, since=since) for policy, subject in counted)
