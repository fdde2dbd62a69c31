"""Codes on their way to a phone and back (security.md S1-S5, T6-T9)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import challenges, limits, network
from accounts.audit.alarms import Alarm, raise_alarm
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.known_devices import KnownDevice
from accounts.models import PhoneChallenge
from accounts.operations.refusals import ChallengeClosed, ChecksUsedUp, TooManyGuesses, TooManyMessages, WrongCode
from notifications import operations as notifications

OF_A_NEW_PHONE = {PhoneChallenge.Purpose.REGISTRATION, PhoneChallenge.Purpose.PHONE_CHANGE}


@dataclass(frozen=True)
class Visitor:
    """Who is at the door, as far as the network and the browser tell."""

    address: str
    user_agent: str = ""
    session: str = ""
    device: KnownDevice | None = None


def spend_message(phone: str, visitor: Visitor, at: datetime, *, purpose: str = "") -> None:
    """Count one SMS under every policy, or under none. Raises TooManyGuesses, TooManyMessages."""
    subject = subject_of(phone, purpose)
    guesses = [(policy, subject) for policy in limits.CODE_FAILURES]
    if waits := limits.find_wait(guesses, at=at):
        record_event(Kind.CODE_SENT, subject=phone, result=Result.LIMITED, at=at)
        raise TooManyGuesses(waits, at)
    overall = [(policy, "all") for policy in limits.SMS_OVERALL]
    asked = [
        *((policy, subject) for policy in policies_of(purpose)),
        *((policy, network.subject_of(visitor.address)) for policy in limits.SMS_PER_ADDRESS),
        (limits.SMS_PER_BLOCK, phone[:-3]),
        *overall,
    ]
    if visitor.session:
        asked.append((limits.SMS_PER_SESSION, visitor.session))
    if waits := limits.consume_together(asked, at=at):
        if limits.find_wait(overall, at=at):
            raise_alarm(Alarm.SMS_CEILING, at=at)
        record_event(Kind.CODE_SENT, subject=phone, result=Result.LIMITED, at=at)
        raise TooManyMessages(waits, at)


def subject_of(phone: str, purpose: str) -> str:
    """By what the codes of a phone are counted."""
    return limits.sign_in_subject(phone) if purpose == PhoneChallenge.Purpose.SIGN_IN else phone


def policies_of(purpose: str) -> tuple[limits.Policy, ...]:
    """How often an SMS may go to one phone."""
    return limits.SMS_PER_PHONE_AT_SIGN_IN if purpose == PhoneChallenge.Purpose.SIGN_IN else limits.SMS_PER_PHONE


def make_challenge(phone: str, purpose: str, *, silent: bool, at: datetime, checks: int = 0) -> PhoneChallenge:
    return PhoneChallenge.objects.create(
        phone=phone,
        purpose=purpose,
        nonce=challenges.make_nonce(),
        silent=silent,
        checks=checks,
        created_at=at,
        expires_at=at + challenges.LIFETIME,
    )


def check_resend(challenge: PhoneChallenge) -> None:
    """Raises ChecksUsedUp: a new code would have no guess left."""
    if challenge.checks >= challenges.MAX_CHECKS:
        raise ChecksUsedUp


def replace_challenge(challenge_id: int, at: datetime) -> PhoneChallenge:
    """Within a transaction: a fresh code instead of this one. Wrong guesses made already stay counted."""
    former = PhoneChallenge.objects.select_for_update().get(pk=challenge_id)
    former.superseded_at = at
    former.save(update_fields=["superseded_at"])
    return make_challenge(former.phone, former.purpose, silent=former.silent, checks=former.checks, at=at)


def check_code(challenge_id: int, code: str, at: datetime) -> None:
    """Look at a typed code; of many parallel guesses at exactly five.

    Raises WrongCode, ChallengeClosed, TooManyGuesses.
    """
    with transaction.atomic(durable=True):
        challenge = PhoneChallenge.objects.select_for_update().get(pk=challenge_id)
        subject = subject_of(challenge.phone, challenge.purpose)
        failures = [(policy, subject) for policy in limits.CODE_FAILURES]
        limits.lock_subjects([subject])
        waits = limits.find_wait(failures, at=at)
        is_open = waits is None and challenge.is_open(at)
        is_right = is_open and challenges.is_right(challenge, "".join(code.split()))
        if is_open:
            challenge.checks += 1
            challenge.save(update_fields=["checks"])
        if is_right:
            limits.forget(limits.CODE_FAILURES_IN_A_ROW, subject)
        elif is_open:
            limits.consume_together(failures, at=at)
    result = Result.LIMITED if waits else Result.OK if is_right else Result.FAILED
    figures = {"purpose": challenge.purpose, "is_open": is_open}
    record_event(Kind.CODE_CHECKED, subject=challenge.phone, result=result, figures=figures, at=at)
    if waits:
        raise TooManyGuesses(waits, at)
    if not is_open:
        raise ChecksUsedUp if challenge.checks >= challenges.MAX_CHECKS and not challenge.used_at else ChallengeClosed
    if not is_right:
        raise WrongCode


def use_challenge(challenge_id: int, at: datetime) -> None:
    """Within a transaction. Raises ChallengeClosed: another request was first."""
    if not PhoneChallenge.objects.filter(pk=challenge_id, used_at=None).update(used_at=at):
        raise ChallengeClosed


def send_code(challenge: PhoneChallenge, at: datetime) -> None:
    """Queue the SMS. The owner of a taken phone is told so instead, at most once a day (security.md S13)."""
    record_event(Kind.CODE_SENT, subject=challenge.phone, figures={"purpose": challenge.purpose}, at=at)
    if not challenge.silent:
        notifications.queue_sms(
            to=challenge.phone,
            event=f"accounts/{challenge.purpose}_code",
            context={},
            key=f"challenge/{challenge.pk}",
            at=at,
            expires_at=challenge.expires_at,
            late_value="phone_challenge",
            late_value_id=challenge.pk,
        )
    elif challenge.purpose in OF_A_NEW_PHONE and limits.consume(limits.TAKEN_PHONE_NOTICE, challenge.phone, at=at):
        notifications.queue_sms(
            to=challenge.phone,
            event="accounts/phone_taken",
            context={},
            key=f"challenge/{challenge.pk}",
            at=at,
        )
