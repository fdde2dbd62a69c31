"""A new password by SMS."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import PhoneChallenge, User
from accounts.operations import codes
from accounts.operations.codes import Visitor
from accounts.operations.refusals import ChallengeClosed
from accounts.recovery.opening import hide_past
from notifications import operations as notifications


def begin_password_reset(*, phone: str, visitor: Visitor, at: datetime) -> PhoneChallenge:
    """Send a code for a new password, if there is such a resident; the answer is the same.

    Raises TooManyMessages, TooManyGuesses.
    """
    codes.spend_message(phone, visitor, at)
    with transaction.atomic(durable=True):
        known = User.objects.filter(phone=phone, is_active=True).exists()
        challenge = codes.make_challenge(phone, PhoneChallenge.Purpose.PASSWORD_RESET, silent=not known, at=at)
        codes.send_code(challenge, at)
    return challenge


def resend_password_reset_code(*, challenge_id: UUID, visitor: Visitor, at: datetime) -> PhoneChallenge:
    """Raises TooManyMessages, TooManyGuesses, ChecksUsedUp, PhoneChallenge.DoesNotExist."""
    challenge = _get_challenge(challenge_id)
    codes.check_resend(challenge)
    codes.spend_message(challenge.phone, visitor, at)
    with transaction.atomic(durable=True):
        challenge = codes.replace_challenge(challenge.pk, at)
        codes.send_code(challenge, at)
    return challenge


def reset_password(*, challenge_id: UUID, code: str, password: str, at: datetime) -> User:
    """Set a new password; every other session of the resident ends, and what the cabinet held is hidden (T11).

    Raises WrongCode, ChallengeClosed, TooManyGuesses.
    """
    challenge = _get_challenge(challenge_id)
    codes.check_code(challenge.pk, code, at)
    with transaction.atomic(durable=True):
        codes.use_challenge(challenge.pk, at)
        user = User.objects.select_for_update().filter(phone=challenge.phone, is_active=True).first()
        if user is None:
            raise ChallengeClosed  # the number was given up meanwhile
        user.set_password(password)
        user.save(update_fields=["password"])
        hide_past(user, at=at)
        notifications.notify(user=user, event="accounts/password_changed", context={"at": at}, at=at)
        record_event(Kind.PASSWORD_RESET, user=user, at=at)
    return user


def _get_challenge(public_id: UUID) -> PhoneChallenge:
    return PhoneChallenge.objects.get(public_id=public_id, purpose=PhoneChallenge.Purpose.PASSWORD_RESET)
