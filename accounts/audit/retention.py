"""How long the audit is kept (security.md P4). The trigger of the table lets nothing younger go."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.audit.models import SecurityEvent

KEPT_FOR = timedelta(days=366)
AT_ONCE = 10_000


@transaction.atomic(durable=True)
def forget_old_events(*, at: datetime) -> int:
    """Delete events older than a year, some thousands at a time. Returns how many."""
    old = SecurityEvent.objects.filter(happened_at__lt=at - KEPT_FOR).order_by("happened_at")
    return SecurityEvent.objects.filter(pk__in=old.values("pk")[:AT_ONCE]).delete()[0]
