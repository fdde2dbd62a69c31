"""Staff let a phone try again before its time."""

from datetime import datetime

from django.db import transaction

from accounts import limits
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import PhoneRelease, User


@transaction.atomic(durable=True)
def release_phone(*, phone: str, reason: str, staff: User, at: datetime) -> PhoneRelease:
    """Begin to count anew for a phone (E.164): its SMS, its wrong codes, its wrong passwords. The reason is kept."""
    limits.lock_subjects([phone])
    for policy in limits.PER_PHONE:
        limits.forget(policy, phone)
    record_event(Kind.PHONE_RELEASED, staff=staff, subject=phone, at=at)
    return PhoneRelease.objects.create(phone=phone, reason=reason, released_by=staff, released_at=at)
