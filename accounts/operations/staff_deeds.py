"""What staff do about one resident, each with a reason that the resident reads (security.md P6, T23; ASVS 7.4.5)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import limits, sessions
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import make_harmless, record_event
from accounts.audit.roles import get_role
from accounts.models import User
from accounts.operations.refusals import AccountsError
from notifications import operations as notifications

PHONES = limits.Limit("staff-phones-hour", 20, limits.HOUR, "one of the staff cannot write all telephones down")


class TooManyPhones(AccountsError):
    def __init__(self) -> None:
        super().__init__("За час показано слишком много телефонов. Подождите или попросите коллегу.")


def reveal_phone(*, user: User, staff: User, reason: str, supplier: str = "", at: datetime) -> str:
    """The whole number, E.164, and a row the resident reads. Raises TooManyPhones."""
    figures = {"reason": reason, "role": get_role(staff), "supplier": make_harmless(supplier)}
    if not limits.consume(PHONES, str(staff.pk), at=at):
        record_event(Kind.PHONE_REVEALED, staff=staff, result=Result.LIMITED, figures=figures, at=at)
        raise TooManyPhones
    record_event(Kind.PHONE_REVEALED, user=user, staff=staff, figures=figures, at=at)
    return str(user.phone)


@transaction.atomic(durable=True)
def end_sessions_of_resident(*, user: User, staff: User, reason: str, at: datetime) -> int:
    """Sign the resident out everywhere and trust no device of his any more; he hears of it. Returns how many."""
    ended = sessions.end_other_sessions(user, kept_key=None)
    event = record_event(Kind.SESSIONS_ENDED, user=user, staff=staff, figures={"reason": reason}, at=at)
    name, context = "accounts/sessions_ended_by_staff", {"at": at, "reason": reason}
    notifications.notify(user=user, event=name, context=context, url=reverse("second_factors:overview"), at=at)
    if user.email and event:
        key = f"sessions-ended-by-staff/{event.pk}"
        notifications.queue_email(to=user.email, event=name, context=context, key=key, at=at)
    return ended
