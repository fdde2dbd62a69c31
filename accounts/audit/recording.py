"""The one way a security event is written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from accounts import limits
from accounts.audit.kinds import Kind, Result
from accounts.audit.models import SecurityEvent
from accounts.audit.source import get_source
from notifications.causes import get_request_id

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger()

LONGEST_TEXT, MOST_DIGITS = 80, 5
TOLD_AGAIN_AFTER = timedelta(minutes=1)
"""What is refused again and again, by a limit or for want of a right, is one row a minute for its subject."""


class UnsafeFigure(ValueError):
    """Something that could be a phone, a code or an account number was to be kept in the audit."""


def record_event(
    kind: Kind,
    *,
    at: datetime,
    user: "User | int | None" = None,
    staff: "User | int | None" = None,
    result: Result = Result.OK,
    subject: str = "",
    figures: Mapping[str, object] | None = None,
) -> SecurityEvent | None:
    """Add a row, in the caller's transaction if there is one, and after the commit a line in the log.

    `user` is whom it is about, `staff` who of the staff did it; either may be an id. `subject` (a phone in E.164, the
    digits of an account …) is kept as a keyed hash, so that attempts at one thing can be told apart. `figures` are
    small and harmless: numbers of rows, counts, names of things. Where it came from and the id of the request are
    known from the request itself (`accounts.audit.source`).

    What is refused rolls its transaction back: record a refusal after it. One that was told of this subject a minute
    ago is not told again: then there is no row, and None is returned. Raises UnsafeFigure.
    """
    source = get_source()
    subject_hash = limits.hash_subject(subject) if subject else ""
    if result in (Result.LIMITED, Result.DENIED) and _was_told(kind, result, _get_id(user), subject_hash, at):
        return None
    event = SecurityEvent.objects.create(
        kind=kind,
        result=result,
        user_id=_get_id(user),
        staff_id=_get_id(staff),
        subject_hash=subject_hash,
        happened_at=at,
        network_address=source.address,
        user_agent=source.user_agent,
        request_id=get_request_id(),
        figures=_check(figures or {}),
    )
    transaction.on_commit(partial(_log, event), robust=True)
    return event


def _was_told(kind: Kind, result: Result, user_id: int | None, subject_hash: str, at: datetime) -> bool:
    told = SecurityEvent.objects.filter(kind=kind, subject_hash=subject_hash, happened_at__gt=at - TOLD_AGAIN_AFTER)
    of_person = told.filter(user=None) if user_id is None else told.filter(user_id=user_id)
    return of_person.filter(result=result).exists()


def _log(event: SecurityEvent) -> None:
    level = log.info if event.result == Result.OK else log.warning
    if event.kind == Kind.ALARM:
        level = log.error
    level(
        "security_event",
        kind=str(event.kind),
        result=str(event.result),
        event_id=event.pk,
        about_id=event.user_id,
        staff_id=event.staff_id,
        happened_at=event.happened_at.isoformat(),
        **{f"figure_{name}": value for name, value in event.figures.items()},
    )


def make_harmless(name: str) -> str:
    """A name of a thing as it may be kept: cut, and without the digits it has too many."""
    digits = [place for place, sign in enumerate(name) if sign.isdigit()]
    end = digits[MOST_DIGITS] if len(digits) > MOST_DIGITS else len(name)
    return name[: min(end, LONGEST_TEXT)]


def _check(figures: Mapping[str, object]) -> dict[str, object]:
    for name, value in figures.items():
        if not (isinstance(value, int) or (isinstance(value, str) and _is_harmless(value))):
            raise UnsafeFigure(f"The figure {name} is no number, or too long, or has too many digits, to be harmless.")
    return dict(figures)


def _is_harmless(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and sum(map(str.isdigit, text)) <= MOST_DIGITS


def _get_id(person: "User | int | None") -> int | None:
    return person if person is None or isinstance(person, int) else person.pk
