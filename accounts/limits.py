"""How often a thing may happen: named policies, counted exactly, in Postgres, so that they stand without Redis."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection

from accounts.models import RateLimitCounter


@dataclass(frozen=True)
class Limit:
    """At most `count` in each `window`; windows are aligned to the epoch."""

    name: str
    count: int
    window: timedelta
    comment: str = ""

    def window_start(self, at: datetime) -> datetime:
        seconds = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)

    def window_end(self, at: datetime) -> datetime:
        return self.window_start(at) + self.window


HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)

SMS_PER_PHONE = (
    Limit("sms-phone-15min", 3, 15 * MINUTE, "a phone is not rung more than a person needs"),
    Limit("sms-phone-hour", 5, HOUR, "the same, by the hour"),
    Limit("sms-phone-day", 8, DAY, "nobody can bomb a phone from many addresses"),
)
SMS_PER_ADDRESS = (
    Limit("sms-address-hour", settings.SMS_PER_ADDRESS_HOUR, HOUR, "one address cannot spend the budget"),
    Limit("sms-address-day", settings.SMS_PER_ADDRESS_HOUR * 3, DAY, "the same, by the day"),
)
SMS_OVERALL = (
    Limit("sms-all-hour", 1000, HOUR, "a ceiling on money"),
    Limit("sms-all-day", 5000, DAY, "a ceiling on money"),
)
CODE_FAILURES = Limit("code-failures-phone-day", 20, DAY, "resending does not buy more guesses")
SIGN_IN_PER_PHONE = (
    Limit("sign-in-phone-15min", 10, 15 * MINUTE, "guessing one password; a pause, never a lock"),
    Limit("sign-in-phone-day", 50, DAY, "guessing one password over a day"),
)
SIGN_IN_PER_ADDRESS = Limit(
    "sign-in-address-day", settings.SIGN_IN_PER_ADDRESS_DAY, DAY, "one password over many phones"
)
TAKEN_PHONE_NOTICE = Limit("taken-phone-notice-day", 1, DAY, "the owner is told once a day (security.md S13)")


def consume(limit: Limit, subject: str, *, at: datetime) -> bool:
    """Count one more; False when the window is full. One statement, exact under any number of parallel calls."""
    table = RateLimitCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (policy, subject, window_start, count) VALUES (%s, %s, %s, 1)"  # noqa: S608
            f" ON CONFLICT (policy, subject, window_start) DO UPDATE SET count = {table}.count + 1"
            f" WHERE {table}.count < %s RETURNING count",
            [limit.name, hash_subject(subject), limit.window_start(at), limit.count],
        )
        return cursor.fetchone() is not None


def consume_all(limits: tuple[Limit, ...], subject: str, *, at: datetime) -> bool:
    """Count one more in each; False when any window is full."""
    admitted = [consume(limit, subject, at=at) for limit in limits]
    return all(admitted)


def is_exhausted(limit: Limit, subject: str, *, at: datetime) -> bool:
    """True when the window is full already; counts nothing."""
    return RateLimitCounter.objects.filter(
        policy=limit.name,
        subject=hash_subject(subject),
        window_start=limit.window_start(at),
        count__gte=limit.count,
    ).exists()


def hash_subject(subject: str) -> str:
    """Phones and addresses do not rest in the counters, only their keyed hash."""
    return hmac.new(settings.SECRET_KEY.encode(), subject.encode(), sha256).hexdigest()
