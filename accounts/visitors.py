"""Who stands at the door, and how long he waits for a code."""

import secrets
from math import ceil

from django.http import HttpRequest
from django.utils import timezone

from accounts import known_devices, network, phones, queries
from accounts.challenges import MAX_CHECKS
from accounts.models import PhoneChallenge
from accounts.operations.codes import Visitor
from accounts.operations.refusals import say_when

DOOR_KEY = "door"


def visitor_of(request: HttpRequest) -> Visitor:
    return Visitor(
        address=network.client_address(request),
        user_agent=network.user_agent(request),
        session=request.session.get(DOOR_KEY) or secrets.token_hex(16),
        device=known_devices.read_device(request),
    )


def describe_wait(
    phone: str, *, purpose: str = "", challenge: PhoneChallenge | None = None, just_typed: bool = False
) -> dict[str, object]:
    """What a page that waits for a code says: the phone, guesses left, and when a new code may be asked for.

    The phone is masked, but for one that this visitor has just typed: a slip in it would not be seen otherwise.
    """
    now = timezone.now()
    until = queries.get_resend_time(phone, at=now, purpose=purpose)
    if challenge is not None:
        challenge.refresh_from_db(fields=["checks"])
    return {
        "phone": phones.format_phone(phone) if just_typed else phones.mask_phone(phone),
        "has_guesses": challenge is None or challenge.checks < MAX_CHECKS,
        "resend_in": ceil((until - now).total_seconds()) if until else 0,
        "resend_when": say_when(until, now) if until else "",
    }
