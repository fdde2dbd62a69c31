"""How often a thing may happen: exact in any rolling window, held in Postgres, so that it stands without Redis.

What happened is a row (`LimitedAct`); a policy looks at the rows of its kind and subject and says since when the next
may come. Asking and writing go under a lock on the subject, so that parallel requests are admitted one by one.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.db import connection, transaction

from accounts.models import LimitedAct

if TYPE_CHECKING:
    from django.db.models import QuerySet

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REMEMBERED_FOR = timedelta(days=30)
"""No window is longer."""


class Policy(Protocol):
    """Says from when one more may happen, by what happened before."""

    @property
    def kind(self) -> str:
        """The acts it counts. Policies over the same acts share their rows."""

    def free_at(self, subject_hash: str, at: datetime) -> datetime | None:
        """The moment from which one more may happen; None when that is now."""


@dataclass(frozen=True)
class Limit:
    """At most `count` in any `window`."""

    name: str
    count: int
    window: timedelta
    comment: str = ""
    counts: str = field(default="", kw_only=True)

    @property
    def kind(self) -> str:
        return self.counts or self.name

    def free_at(self, subject_hash: str, at: datetime) -> datetime | None:
        if not self.count:
            return at + self.window
        times = _newest(self.kind, subject_hash, since=at - self.window)[self.count - 1 : self.count]
        return next((time + self.window for time in times), None)


@dataclass(frozen=True)
class Delay:
    """After `after` acts `within` a time the next one waits, each further one longer, by `steps`; never for ever."""

    name: str
    after: int
    within: timedelta
    steps: tuple[timedelta, ...]
    comment: str = ""
    counts: str = field(default="", kw_only=True)

    @property
    def kind(self) -> str:
        return self.counts or self.name

    def free_at(self, subject_hash: str, at: datetime) -> datetime | None:
        times = list(_newest(self.kind, subject_hash, since=at - DAY)[:200])[::-1]
        first = next(
            (i for i in range(self.after - 1, len(times)) if times[i] - times[i - self.after + 1] < self.within), None
        )
        if first is None:
            return None
        free = times[-1] + self.steps[min(len(times) - 1 - first, len(self.steps) - 1)]
        return free if free > at else None


def _steps(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=each) for each in seconds)


SMS_PER_PHONE: tuple[Policy, ...] = (
    Delay("sms-phone-pause", 1, DAY, _steps(60, 120, 300, 600), "a code is given time to come", counts="sms-phone"),
    Limit("sms-phone-15min", 3, 15 * MINUTE, "a phone is not rung more than a person needs", counts="sms-phone"),
    Limit("sms-phone-hour", 5, HOUR, "the same, by the hour", counts="sms-phone"),
    Limit("sms-phone-day", 8, DAY, "nobody can bomb a phone from many addresses", counts="sms-phone"),
)
SMS_PER_ADDRESS = (
    Limit("sms-address-hour", settings.SMS_PER_ADDRESS_HOUR, HOUR, "one address cannot spend it all", counts="sms-net"),
    Limit("sms-address-day", settings.SMS_PER_ADDRESS_HOUR * 3, DAY, "the same, by the day", counts="sms-net"),
)
SMS_PER_SESSION = Limit("sms-session-hour", settings.SMS_PER_SESSION_HOUR, HOUR, "one browser, many phones")
SMS_PER_BLOCK = Limit("sms-block-hour", settings.SMS_PER_BLOCK_HOUR, HOUR, "neighbouring numbers are a sign of pumping")
SMS_OVERALL = (
    Limit("sms-all-hour", 1000, HOUR, "a ceiling on money", counts="sms-all"),
    Limit("sms-all-day", 5000, DAY, "a ceiling on money", counts="sms-all"),
)
SMS_SOFT = Limit("sms-all-soft-hour", settings.SMS_SOFT_PER_HOUR, HOUR, "from here on a question", counts="sms-all")
QUESTION_ONCE = Limit("question-once", 1, HOUR, "one answer is good for one SMS")
CODE_FAILURES_IN_A_ROW = Limit("code-failures-row", 100, REMEMBERED_FOR, "a hundred wrong codes and no right one")
CODE_FAILURES = (
    Limit("code-failures-day", 20, DAY, "sending again does not buy more guesses"),
    CODE_FAILURES_IN_A_ROW,
)
SIGN_IN_PER_PHONE: tuple[Policy, ...] = (
    Delay(
        "sign-in-phone-delay",
        5,
        15 * MINUTE,
        _steps(30, 60, 120, 240, 480, 900, 1800, 3600),
        "guessing one password: slower and slower, never locked",
        counts="sign-in-phone",
    ),
    Limit("sign-in-phone-day", 50, DAY, "guessing one password over a day", counts="sign-in-phone"),
)
SIGN_IN_PER_ADDRESS = Limit("sign-in-address-day", settings.SIGN_IN_PER_ADDRESS_DAY, DAY, "one password, many phones")
APPLICATION_FAILURES = Limit("application-code-failures-day", 10, DAY, "three codes of a million fit at any moment")
TAKEN_PHONE_NOTICE = Limit("taken-phone-notice-day", 1, DAY, "the owner is told once a day (security.md S13)")
SIGN_IN_FAILURES = Limit("sign-in-failures-5min", 1000, 5 * MINUTE, "so many at once are an attack: an alarm")
ALARM = Limit("alarm-5min", 1, 5 * MINUTE, "an alarm is heard once, not a thousand times")
# Only who knows the password asks for such a code, so these have a subject of their own (`sign_in_subject`).
SMS_PER_PHONE_AT_SIGN_IN: tuple[Policy, ...] = (
    (Limit("sms-sign-in-hour", 2000, HOUR, "the demo's resident comes in from many devices"),)
    if settings.SIGN_IN_CODES_WITHOUT_PAUSE
    else SMS_PER_PHONE
)
PER_PHONE: tuple[Policy, ...] = (*SMS_PER_PHONE, *CODE_FAILURES, *SIGN_IN_PER_PHONE, APPLICATION_FAILURES)


def consume(policy: Policy, subject: str, *, at: datetime) -> bool:
    """Count one more; False when it may not happen yet. Exact under any number of parallel calls."""
    return consume_together([(policy, subject)], at=at) is None


@transaction.atomic
def consume_together(asked: Sequence[tuple[Policy, str]], *, at: datetime) -> datetime | None:
    """Count one more under every policy, or, when one of them is full, under none: then since when one may again."""
    lock_subjects(subject for _, subject in asked)
    if waits := find_wait(asked, at=at):
        return waits
    kinds = dict.fromkeys((policy.kind, hash_subject(subject)) for policy, subject in asked)
    LimitedAct.objects.bulk_create(LimitedAct(kind=kind, subject=subject, happened_at=at) for kind, subject in kinds)
    return None


def record(policy: Policy, subject: str, *, at: datetime) -> None:
    """Count one more, whatever the policy says: it only watches."""
    LimitedAct.objects.create(kind=policy.kind, subject=hash_subject(subject), happened_at=at)


def find_wait(asked: Iterable[tuple[Policy, str]], *, at: datetime) -> datetime | None:
    """Since when all the policies admit one more; None when they do now. Counts nothing."""
    waits = [policy.free_at(hash_subject(subject), at) for policy, subject in asked]
    return max((wait for wait in waits if wait is not None), default=None)


def is_exhausted(policy: Policy, subject: str, *, at: datetime) -> bool:
    """True when one more may not happen yet; counts nothing."""
    return find_wait([(policy, subject)], at=at) is not None


def give_back(asked: Iterable[tuple[Policy, str]], *, at: datetime) -> None:
    """What was counted at that moment turned out harmless: it did not happen."""
    for kind, subject in {(policy.kind, hash_subject(subject)) for policy, subject in asked}:
        one = LimitedAct.objects.filter(kind=kind, subject=subject, happened_at=at).values("pk")[:1]
        LimitedAct.objects.filter(pk__in=one).delete()


def forget(policy: Policy, subject: str) -> int:
    """Begin to count anew for this subject. Returns how many acts were forgotten."""
    return LimitedAct.objects.filter(kind=policy.kind, subject=hash_subject(subject)).delete()[0]


def lock_subjects(subjects: Iterable[str]) -> None:
    """Within a transaction: wait for everyone else who asks about these subjects. Always in the same order."""
    keys = sorted({int.from_bytes(bytes.fromhex(hash_subject(each))[:8], signed=True) for each in subjects})
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def hash_subject(subject: str) -> str:
    """Phones and addresses do not rest in the rows, only their keyed hash."""
    return hmac.new(settings.HASH_KEY.encode(), subject.encode(), sha256).hexdigest()


def sign_in_subject(phone: str) -> str:
    """Codes for coming in are counted apart: what strangers ask for a phone keeps its owner out no more (T26)."""
    return f"sign-in:{phone}"


def count_since(policy: Policy, subject: str, *, since: datetime) -> int:
    """How many acts are remembered that came later."""
    return _newest(policy.kind, hash_subject(subject), since=since).count()


def _newest(kind: str, subject_hash: str, *, since: datetime) -> "QuerySet[LimitedAct, datetime]":
    acts = LimitedAct.objects.filter(kind=kind, subject=subject_hash, happened_at__gt=since)
    return acts.order_by("-happened_at").values_list("happened_at", flat=True)
