"""What the door does not keep (security.md P4)."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import limits
from accounts.models import PhoneChallenge, PhoneChange

KEPT_FOR = timedelta(hours=24)


@transaction.atomic(durable=True)
def forget_old_codes(*, at: datetime) -> int:
    """Delete codes older than a day, with the registrations they were sent for, and acts no limit counts any more.

    What a confirmed registration agreed to has its own rows (`Consent`).
    """
    limits.forget_old_acts(at=at)
    PhoneChange.objects.waiting().filter(created_at__lte=at - KEPT_FOR).delete()
    old = PhoneChallenge.objects.filter(created_at__lte=at - KEPT_FOR)
    return old.delete()[0]
