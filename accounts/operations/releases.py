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
    subjects = (phone, limits.sign_in_subject(phone))
    limits.lock_subjects(subjects)
    for policy in limits.PER_PHONE:
        for subject in subjects:
            limits.forget(policy, subject)
    record_event(Kind.PHONE_RELEASED, staff=staff, subject=phone, at=at)
    return PhoneRelease.objects.create(phone=phone, reason=reason, released_by=staff, released_at=at)
