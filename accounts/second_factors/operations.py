"""What is typed to come in from a device that is not trusted (security.md S1-S3, S17)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import limits
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import PhoneChallenge, TrustedDevice, User
from accounts.operations import codes
from accounts.operations.codes import Visitor
from accounts.operations.refusals import ChallengeClosed, TooManyGuesses
from accounts.second_factors import application

PURPOSE = PhoneChallenge.Purpose.SIGN_IN


def get_challenge(user: User, public_id: UUID) -> PhoneChallenge | None:
    """The code this user waits for; None when it went to a phone that is no longer the user's."""
    return PhoneChallenge.objects.filter(public_id=public_id, purpose=PURPOSE, phone=str(user.phone)).first()


def send_sign_in_code(
    *, user: User, visitor: Visitor, at: datetime, former: PhoneChallenge | None = None
) -> PhoneChallenge:
    """Send a code to the user's phone; instead of the former one, whose wrong guesses stay counted.

    Raises TooManyMessages, TooManyGuesses, ChecksUsedUp.
    """
    if former is not None:
        codes.check_resend(former)
    phone = str(user.phone)
    codes.spend_message(phone, visitor, at, purpose=PURPOSE)
    with transaction.atomic(durable=True):
        if former is None:
            challenge = codes.make_challenge(phone, PURPOSE, silent=False, at=at)
        else:
            challenge = codes.replace_challenge(former.pk, at)
        codes.send_code(challenge, at)
    return challenge


def confirm_by_sms(*, challenge: PhoneChallenge | None, code: str, at: datetime) -> None:
    """Use up the code. Raises WrongCode, ChallengeClosed, TooManyGuesses."""
    if challenge is None:
        raise ChallengeClosed
    codes.check_code(challenge.pk, code, at)
    with transaction.atomic(durable=True):
        codes.use_challenge(challenge.pk, at)


def confirm_by_application(*, user: User, code: str, at: datetime) -> str:
    """How the user proved himself: by a code of the application, or by a spare one. Either is good once.

    Counted before it is looked at, so that parallel guesses are too; what was not looked at costs no guess.
    Raises WrongSecondFactor, AskedTooSoon, TooManyGuesses.
    """
    asked = [(limits.APPLICATION_FAILURES, limits.sign_in_subject(str(user.phone)))]
    if waits := limits.consume_together(asked, at=at):
        record_event(Kind.FACTOR_CHECKED, user=user, result=Result.LIMITED, at=at)
        raise TooManyGuesses(waits, at)
    try:
        device = application.find_proof(user, code, at=at)
    except application.AskedTooSoon:
        limits.give_back(asked, at=at)
        record_event(Kind.FACTOR_CHECKED, user=user, result=Result.LIMITED, at=at)
        raise
    if device is None:
        record_event(Kind.FACTOR_CHECKED, user=user, result=Result.FAILED, at=at)
        raise application.WrongSecondFactor
    limits.give_back(asked, at=at)
    record_event(Kind.FACTOR_CHECKED, user=user, at=at)
    by_application = isinstance(device, TOTPDevice)
    return TrustedDevice.Proof.APPLICATION if by_application else TrustedDevice.Proof.SPARE_CODE
