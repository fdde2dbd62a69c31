"""What the door does not keep (security.md P4)."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import PhoneChallenge, PhoneChange

KEPT_FOR = timedelta(hours=24)


@transaction.atomic(durable=True)
def forget_old_codes(*, before: datetime, limit: int) -> int:
    """Delete codes from before then, with the registrations they were sent for, and numbers nobody confirmed.

    What a confirmed registration agreed to has its own rows (`Consent`). Returns how many rows went.
    """
    changes = PhoneChange.objects.waiting().filter(created_at__lt=before).order_by("created_at")
    codes = PhoneChallenge.objects.filter(created_at__lt=before).order_by("created_at")
    gone = PhoneChange.objects.filter(pk__in=list(changes.values_list("pk", flat=True)[:limit])).delete()[0]
    return gone + PhoneChallenge.objects.filter(pk__in=list(codes.values_list("pk", flat=True)[:limit])).delete()[0]
