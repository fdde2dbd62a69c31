"""The one way a security event is written."""

from collections.abc import Mapping
from datetime import datetime
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
Figure = int | bool | str


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
    figures: Mapping[str, Figure] | None = None,
) -> SecurityEvent:
    """Add a row, in the caller's transaction if there is one, and after the commit a line in the log.

    `user` is whom it is about, `staff` who of the staff did it; either may be an id. `subject` (a phone in E.164, the
    digits of an account …) is kept as a keyed hash, so that attempts at one thing can be told apart. `figures` are
    small and harmless: numbers of rows, counts, names of things. Where it came from and the id of the request are
    known from the request itself (`accounts.audit.source`).

    What is refused rolls its transaction back: record a refusal after it. Raises UnsafeFigure.
    """
    source = get_source()
    event = SecurityEvent.objects.create(
        kind=kind,
        result=result,
        user_id=_get_id(user),
        staff_id=_get_id(staff),
        subject_hash=limits.hash_subject(subject) if subject else "",
        happened_at=at,
        network_address=source.address,
        user_agent=source.user_agent,
        request_id=get_request_id(),
        figures=_check(figures or {}),
    )
    transaction.on_commit(partial(_log, event), robust=True)
    return event


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


def _check(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    for name, value in figures.items():
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or sum(map(str.isdigit, value)) > MOST_DIGITS):
            raise UnsafeFigure(f"The figure {name} is too long, or has too many digits, to be harmless.")
    return dict(figures)


def _get_id(person: "User | int | None") -> int | None:
    return person if person is None or isinstance(person, int) else person.pk
