"""Looks back at the last hour for what no single request can tell (security.md S6)."""

from datetime import datetime, timedelta

from accounts.audit.alarms import Alarm, raise_alarm
from accounts.models import PhoneChallenge

LEAST_SENT, LEAST_CONFIRMED = 50, 0.4
TIME_TO_TYPE = timedelta(minutes=5)


def watch_codes(*, at: datetime) -> bool:
    """True, and an alarm, when of fifty or more codes of an hour fewer than four in ten came back.

    Pumping makes SMS that nobody reads. Codes of the last five minutes do not count yet: they may still be typed.
    """
    until = at - TIME_TO_TYPE
    sent = PhoneChallenge.objects.filter(
        silent=False, superseded_at=None, created_at__gt=until - timedelta(hours=1), created_at__lte=until
    )
    count, confirmed = sent.count(), sent.exclude(used_at=None).count()
    if count < LEAST_SENT or confirmed >= count * LEAST_CONFIRMED:
        return False
    raise_alarm(Alarm.SMS_NOT_CONFIRMED, at=at, sent=count, confirmed=confirmed)
    return True
