"""What is hidden after a new password by SMS, and opened when its owner is recognised (security.md T11)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import known_devices
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import Passkey, Recovery, TrustedDevice, User
from accounts.recovery import proofs
from accounts.second_factors import factors
from notifications import operations as notifications

IDLE = timedelta(days=90)
"""Whoever has not come in for so long may have given the number up."""

STAFF = "staff"


def is_idle(user: User, *, at: datetime) -> bool:
    return (user.last_login or user.created_at) <= at - IDLE


def hide_past(user: User, *, at: datetime) -> Recovery | None:
    """Within the transaction that sets a new password by SMS: hide what the cabinet held, if it held anything.

    None when there is nothing to hide: no link, no address, no application, and it was in use lately. The devices
    trusted so far are trusted no more.
    """
    was_idle = is_idle(user, at=at)
    if not (was_idle or user.email or factors.has_application(user) or _has_proof(user)):
        return None
    known_devices.end_devices(TrustedDevice.objects.visible_to(user).standing(), at=at)
    recovery = Recovery.objects.create(user=user, began_at=at, was_idle=was_idle, former_email=user.email)
    if user.email:
        notifications.queue_email(
            to=user.email, event="accounts/recovery_begun", context={"at": at}, key=f"recovery/{recovery.pk}", at=at
        )
    user.hidden_before, user.email = at, ""
    user.save(update_fields=["hidden_before", "email"])
    record_event(Kind.PAST_HIDDEN, user=user, at=at, figures={"recovery": recovery.pk, "idle": was_idle})
    return recovery


def _has_proof(user: User) -> bool:
    return any(proof.is_open_to(user) for proof in proofs.get_proofs().values())


def open_past(
    user: User, *, known_since: datetime, by: str, at: datetime, staff: User | None = None, reason: str = ""
) -> bool:
    """Within a transaction: whoever signs in is the one the cabinet has known since then. True when anything opened.

    Somebody who proves to be the owner of what dates from between two recoveries opens the later one only.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    hidden = list(Recovery.objects.visible_to(held).unproven().order_by("-began_at"))
    opened = [each for each in hidden if each.hides(known_since)]
    if not opened:
        return False
    Recovery.objects.filter(pk__in=[each.pk for each in opened]).update(
        proven_at=at, proven_by=by, opened_by=staff, reason=reason
    )
    held.hidden_before = max((each.began_at for each in hidden if each not in opened), default=None)
    held.email = held.email or next((each.former_email for each in reversed(opened) if each.former_email), "")
    held.save(update_fields=["hidden_before", "email"])
    user.hidden_before, user.email = held.hidden_before, held.email
    notifications.notify(user=held, event="accounts/past_opened", context={"at": at}, url=reverse("home"), at=at)
    record_event(Kind.PAST_OPENED, user=held, staff=staff, at=at, figures={"by": by, "opened": len(opened)})
    return True


@transaction.atomic(durable=True)
def recognise_on_the_way_in(*, user: User, proof: str, at: datetime) -> bool:
    """What was set up before proved the one who comes in: known since then (ASVS 6.4.3). SMS and password do not."""
    since: list[datetime | None] = []
    if proof in {TrustedDevice.Proof.APPLICATION, TrustedDevice.Proof.SPARE_CODE}:
        devices = TOTPDevice.objects.filter(user=user, confirmed=True).order_by("-created_at")
        since = [device.created_at or user.created_at for device in devices[:1]]
    elif proof == TrustedDevice.Proof.PASSKEY:
        used = Passkey.objects.visible_to(user).exclude(last_used_at=None).order_by("-last_used_at")
        since = [key.created_at for key in used[:1]]
    return any(moment and open_past(user, known_since=moment, by=proof, at=at) for moment in since)


@transaction.atomic(durable=True)
def leave_past(*, user: User, at: datetime) -> None:
    """What is hidden is another's, says the resident: it stays hidden and is asked about no more."""
    Recovery.objects.visible_to(user).unproven().filter(left_at=None).update(left_at=at)
