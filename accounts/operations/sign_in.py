"""Coming in with a password (security.md S7, S12, T12, T26)."""

from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import check_password, make_password

from accounts import limits, network
from accounts.audit.alarms import Alarm, raise_alarm
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.hashing_slots import HashingBusy
from accounts.models import User
from accounts.operations.codes import Visitor
from accounts.operations.refusals import TooManyAttempts, WrongCredentials


@cache
def make_strangers_password() -> str:
    """What the password of an unknown phone is compared with: a hash like any other, made once in a process."""
    return make_password("nobody has this password")


def check_sign_in(*, phone: str, password: str, visitor: Visitor, at: datetime) -> User:
    """The resident whose phone (E.164) and password these are. Raises WrongCredentials, TooManyAttempts, HashingBusy.

    Limits are asked, and the attempt is counted, before hashing; what turns out right is given back. An unknown phone
    costs one hash like a known one. A device this resident came in from before has a count of its own, so that a
    stranger's guesses do not keep its owner waiting.
    """
    user = User.objects.filter(phone=phone, is_active=True).first()
    device = visitor.device
    # A device is asked about for unknown phones too: the same questions to the database, the same time.
    guesser = f"device:{device.key_hash}:{phone}" if device and device.knows(user.pk if user else None) else phone
    asked = [
        *((policy, guesser) for policy in limits.SIGN_IN_PER_PHONE),
        (limits.SIGN_IN_PER_ADDRESS, network.subject_of(visitor.address)),
    ]
    if waits := limits.consume_together(asked, at=at):
        record_event(Kind.SIGN_IN, user=user, subject=phone, result=Result.LIMITED, at=at)
        raise TooManyAttempts(waits, at)
    try:
        is_right = (
            check_password(password, make_strangers_password()) if user is None else user.check_password(password)
        )
    except HashingBusy:
        limits.give_back(asked, at=at)
        raise
    if user is not None and is_right:
        limits.give_back(asked, at=at)
        return user
    limits.record(limits.SIGN_IN_FAILURES, "all", at=at)
    record_event(Kind.SIGN_IN, user=user, subject=phone, result=Result.FAILED, at=at)
    if limits.is_exhausted(limits.SIGN_IN_FAILURES, "all", at=at):
        raise_alarm(Alarm.SIGN_IN_GUESSING, at=at)
    raise WrongCredentials
