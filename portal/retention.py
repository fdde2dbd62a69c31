"""How long what is kept, and what it is deleted by (security.md P4). Every term of the portal stands here.

Copies of data go by their own `expires_at` (`accounts.privacy.exporting`); of deleted cabinets see `privacy.holds`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models, transaction

from accounts.audit.retention import KEPT_FOR as AUDIT_KEPT_FOR
from accounts.audit.retention import forget_old_events
from accounts.limits import REMEMBERED_FOR
from accounts.models import (
    CabinetDeletion,
    Consent,
    EmailChange,
    FactorRemoval,
    LimitedAct,
    PhoneChange,
    PhoneRelease,
    Recovery,
    TrustedDevice,
)
from accounts.operations.retention import KEPT_FOR as CODES_KEPT_FOR
from accounts.operations.retention import forget_old_codes
from billing.models import BillNews, LinkGuess, LinkRequest
from billing.models.guesses import MONTH as GUESSES_KEPT_FOR
from exchange.models import RejectedRow
from meters.models import CalendarFeed
from meters.operations.photographing import KEPT_FOR as PHOTOS_KEPT_FOR
from meters.operations.photographing import forget_old_photos
from notifications.models import Notification, OutgoingMessage
from notifications.operations import forget_payloads
from support.retention import forget_attachments

AT_ONCE = 1000
DAY, YEAR = timedelta(days=1), timedelta(days=365)
log = structlog.get_logger()

Forget = Callable[[datetime, int], int]
"""Deletes at most so many of what is older than a moment, in a transaction of its own; says how many."""


@dataclass(frozen=True)
class Term:
    name: str
    kept_for: timedelta
    comment: str
    forget: Forget


def _rows(model: type[models.Model], column: str, before: datetime, limit: int) -> int:
    """By one column of time; the oldest first."""
    old = model._default_manager.filter(**{f"{column}__lt": before}).order_by(column)
    with transaction.atomic(durable=True):
        return model._default_manager.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _first_rows(model: type[models.Model], column: str, before: datetime, limit: int) -> int:
    """The same for a large table without an index on time: rows are as old as their ids say."""
    oldest = list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:limit])
    with transaction.atomic(durable=True):
        return model._default_manager.filter(pk__in=oldest, **{f"{column}__lt": before}).delete()[0]


def _by(model: type[models.Model], column: str) -> Forget:
    return partial(_rows, model, column)


def _by_id(model: type[models.Model], column: str) -> Forget:
    return partial(_first_rows, model, column)


TERMS = (
    Term(
        "codes",
        CODES_KEPT_FOR,
        "codes and unconfirmed registrations: of no use a day later",
        lambda before, limit: forget_old_codes(before=before, limit=limit),
    ),
    Term("limited-acts", REMEMBERED_FOR, "no limit looks further back", _by(LimitedAct, "happened_at")),
    Term("guesses", GUESSES_KEPT_FOR, "no limit on guessing looks further back", _by(LinkGuess, "guessed_at")),
    Term(
        "payloads",
        7 * DAY,
        "to whom and what was said: enough to answer «it did not come»",
        lambda before, limit: forget_payloads(before=before, limit=limit),
    ),
    Term("messages", YEAR, "that a message went, and when", _by_id(OutgoingMessage, "created_at")),
    Term("notifications", 2 * YEAR, "the bell is no archive", _by_id(Notification, "created_at")),
    Term("bill-news", 2 * YEAR, "as long as the bell", _by_id(BillNews, "promised_at")),
    Term("sessions", DAY, "ended sessions, with where they were", _by(Session, "expire_date")),
    Term("devices", 90 * DAY, "devices no longer trusted", _by(TrustedDevice, "until")),
    Term("e-mail-changes", YEAR, "addresses typed, confirmed or not", _by_id(EmailChange, "created_at")),
    Term(
        "phone-changes",
        YEAR,
        "former numbers, to which staff may give a cabinet back",
        _by(PhoneChange, "confirmed_at"),
    ),
    Term("recoveries", YEAR, "former addresses, once the owner was recognised", _by(Recovery, "proven_at")),
    Term("link-requests", 90 * DAY, "payments named and since settled", _by(LinkRequest, "settled_at")),
    Term("calendar-feeds", 90 * DAY, "addresses revoked", _by(CalendarFeed, "revoked_at")),
    Term("staff-attempts", 90 * DAY, "phones typed at the staff's door", _by(AccessAttempt, "attempt_time")),
    Term("staff-failures", 90 * DAY, "the same", _by(AccessFailureLog, "attempt_time")),
    Term("staff-sign-ins", YEAR, "as long as the security log", _by(AccessLog, "attempt_time")),
    Term(
        "security-log",
        AUDIT_KEPT_FOR,
        "a year, and the table's trigger lets nothing younger go",
        lambda before, limit: forget_old_events(at=before + AUDIT_KEPT_FOR),
    ),
    Term("phone-releases", YEAR, "who let a phone off, and why", _by(PhoneRelease, "released_at")),
    Term("factor-removals", YEAR, "who took an application away, and why", _by(FactorRemoval, "asked_at")),
    Term("staff-journal", 3 * YEAR, "what staff changed by hand", _by(LogEntry, "action_time")),
    Term("rejected-rows", 180 * DAY, "cells of registries that were refused", _by(RejectedRow, "run__started_at")),
    Term(
        "photos",
        PHOTOS_KEPT_FOR,
        "pictures of meters: as long as documents of reports",
        lambda before, limit: forget_old_photos(at=before + PHOTOS_KEPT_FOR, limit=limit),
    ),
    Term(
        "attachments",
        3 * YEAR,
        "documents of closed reports: the term of a claim",
        lambda before, limit: forget_attachments(before=before, limit=limit),
    ),
    Term("deletions-withdrawn", YEAR, "that somebody changed his mind", _by(CabinetDeletion, "withdrawn_at")),
    Term("acts", 3 * YEAR, "acts of deletions: order 179 of Roskomnadzor", _by(CabinetDeletion, "erased_at")),
    Term(
        "consents-of-the-erased",
        3 * YEAR,
        "proof of consent after the cabinet is gone",
        _by(Consent, "user__erased_at"),
    ),
)


def forget_what_is_old(*, at: datetime, clock: Callable[[], datetime], seconds: float = 12) -> dict[str, int]:
    """Run every term for a short while; what is left waits for the next time. Safe to run twice."""
    until = clock() + timedelta(seconds=seconds)
    counts: dict[str, int] = {}
    for term in TERMS:
        while clock() < until:
            gone = term.forget(at - term.kept_for, AT_ONCE)
            counts[term.name] = counts.get(term.name, 0) + gone
            if not gone:
                break
    forgotten = {name: count for name, count in counts.items() if count}
    if forgotten:
        log.info("forgotten", **forgotten)
    return forgotten
