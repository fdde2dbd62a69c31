"""How a person becomes a resident, comes in, and gets a new password.

Phones that are unknown, taken or unconfirmed are answered alike: the same rows, pages and words (security.md S12).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import challenges, limits
from accounts.models import Consent, ConsentDocument, PhoneChallenge, Registration, User
from notifications import operations as notifications

RESEND_AFTER = timedelta(seconds=60)
_STRANGERS_PASSWORD = make_password("nobody has this password")


class AccountsError(Exception):
    """Something that can be foreseen; the message is fit for the resident."""


class TooManyMessages(AccountsError):
    def __init__(self) -> None:
        super().__init__(
            "На этот телефон уже отправлено несколько СМС подряд. Подождите 15 минут и запросите код ещё раз."
        )


class TooManyAttempts(AccountsError):
    def __init__(self) -> None:
        super().__init__("Слишком много попыток подряд. Подождите 15 минут или восстановите пароль по СМС.")


class WrongCode(AccountsError):
    def __init__(self) -> None:
        super().__init__("Код не подошёл. Проверьте цифры в последней СМС.")


class ChallengeClosed(AccountsError):
    def __init__(self) -> None:
        super().__init__("Этот код больше не действует. Запросите новый — он придёт в СМС.")


class ResendTooSoon(AccountsError):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"Новый код можно запросить через {seconds} с.")
        self.seconds = seconds


class WrongCredentials(AccountsError):
    def __init__(self) -> None:
        super().__init__(
            "Телефон или пароль не подходит. Проверьте раскладку и Caps Lock или задайте новый пароль по СМС."
        )


@dataclass(frozen=True)
class Visitor:
    """Who is at the door, as far as the network tells."""

    address: str
    user_agent: str = ""


def begin_registration(
    *,
    phone: str,
    password: str,
    advertising: bool,
    visitor: Visitor,
    at: datetime,
    advertising_preselected: bool = False,
    personal_data: bool = False,
) -> Registration:
    """Remember what was typed and send a code to the phone (E.164). Raises TooManyMessages.

    The owner of a phone that is registered already is told so instead, at most once a day, and no code fits.
    """
    _spend_message(phone, visitor, at)
    hashed = make_password(password)
    with transaction.atomic(durable=True):
        taken = User.objects.filter(phone=phone).exists()
        challenge = _challenge(phone, PhoneChallenge.Purpose.REGISTRATION, silent=taken, at=at)
        registration = Registration.objects.create(
            challenge=challenge,
            phone=phone,
            password=hashed,
            advertising=advertising,
            advertising_preselected=advertising_preselected,
            personal_data=personal_data,
            network_address=visitor.address,
            user_agent=visitor.user_agent,
            created_at=at,
        )
        _send_code(challenge, at)
    return registration


def resend_registration_code(*, registration_id: UUID, visitor: Visitor, at: datetime) -> Registration:
    """Send a new code for the same registration. What was guessed wrong before stays counted.

    Raises ResendTooSoon, TooManyMessages, Registration.DoesNotExist.
    """
    registration = Registration.objects.select_related("challenge").get(public_id=registration_id, confirmed_at=None)
    _wait_for_resend(registration.challenge, at)
    _spend_message(registration.phone, visitor, at)
    with transaction.atomic(durable=True):
        registration = (
            Registration.objects.select_for_update(of=("self",))
            .select_related("challenge")
            .get(public_id=registration_id, confirmed_at=None)
        )
        registration.challenge = _replace(registration.challenge, at)
        registration.save(update_fields=["challenge"])
        _send_code(registration.challenge, at)
    return registration


def confirm_registration(*, registration_id: UUID, code: str, at: datetime) -> User:
    """Make the resident when the code is the one sent for this very registration.

    Raises WrongCode, ChallengeClosed, Registration.DoesNotExist.
    """
    challenge_id = Registration.objects.values_list("challenge_id", flat=True).get(
        public_id=registration_id, confirmed_at=None
    )
    _check_code(challenge_id, code, at)
    try:
        with transaction.atomic(durable=True):
            registration = Registration.objects.select_for_update().get(public_id=registration_id, confirmed_at=None)
            _use(challenge_id, at)
            user = User(phone=registration.phone, password=registration.password)
            user.save()
            _record_consents(user, registration, at)
            registration.confirmed_at = at
            registration.password = ""
            registration.save(update_fields=["confirmed_at", "password"])
            notifications.notify(user=user, event="accounts/welcome", context={}, at=at)
    except IntegrityError as error:
        raise ChallengeClosed from error
    return user


def check_sign_in(*, phone: str, password: str, visitor: Visitor, at: datetime) -> User:
    """The resident whose phone (E.164) and password these are. Raises WrongCredentials, TooManyAttempts.

    Limits are asked before hashing, and an unknown phone costs one hash like a known one.
    """
    if any(limits.is_exhausted(limit, phone, at=at) for limit in limits.SIGN_IN_PER_PHONE) or limits.is_exhausted(
        limits.SIGN_IN_PER_ADDRESS, visitor.address, at=at
    ):
        raise TooManyAttempts
    user = User.objects.filter(phone=phone, is_active=True).first()
    if user is None:
        check_password(password, _STRANGERS_PASSWORD)
    elif user.check_password(password):
        return user
    limits.consume_all(limits.SIGN_IN_PER_PHONE, phone, at=at)
    limits.consume(limits.SIGN_IN_PER_ADDRESS, visitor.address, at=at)
    raise WrongCredentials


def begin_password_reset(*, phone: str, visitor: Visitor, at: datetime) -> PhoneChallenge:
    """Send a code for a new password, if there is such a resident; the answer is the same. Raises TooManyMessages."""
    _spend_message(phone, visitor, at)
    with transaction.atomic(durable=True):
        known = User.objects.filter(phone=phone, is_active=True).exists()
        challenge = _challenge(phone, PhoneChallenge.Purpose.PASSWORD_RESET, silent=not known, at=at)
        _send_code(challenge, at)
    return challenge


def resend_password_reset_code(*, challenge_id: UUID, visitor: Visitor, at: datetime) -> PhoneChallenge:
    """Raises ResendTooSoon, TooManyMessages, PhoneChallenge.DoesNotExist."""
    challenge = _reset_challenge(challenge_id)
    _wait_for_resend(challenge, at)
    _spend_message(challenge.phone, visitor, at)
    with transaction.atomic(durable=True):
        challenge = _replace(challenge, at)
        _send_code(challenge, at)
    return challenge


def reset_password(*, challenge_id: UUID, code: str, password: str, at: datetime) -> User:
    """Set a new password; every other session of the resident ends. Raises WrongCode, ChallengeClosed."""
    challenge = _reset_challenge(challenge_id)
    _check_code(challenge.pk, code, at)
    with transaction.atomic(durable=True):
        _use(challenge.pk, at)
        user = User.objects.select_for_update().get(phone=challenge.phone, is_active=True)
        user.set_password(password)
        user.save(update_fields=["password"])
        notifications.notify(user=user, event="accounts/password_changed", context={"at": at}, at=at)
    return user


def _reset_challenge(public_id: UUID) -> PhoneChallenge:
    return PhoneChallenge.objects.get(public_id=public_id, purpose=PhoneChallenge.Purpose.PASSWORD_RESET)


def _challenge(phone: str, purpose: str, *, silent: bool, at: datetime, checks: int = 0) -> PhoneChallenge:
    return PhoneChallenge.objects.create(
        phone=phone,
        purpose=purpose,
        nonce=challenges.make_nonce(),
        silent=silent,
        checks=checks,
        created_at=at,
        expires_at=at + challenges.LIFETIME,
    )


def _replace(challenge: PhoneChallenge, at: datetime) -> PhoneChallenge:
    """A fresh challenge instead of this one. Wrong guesses of the day stay counted by `limits.CODE_FAILURES`."""
    PhoneChallenge.objects.filter(pk=challenge.pk).update(superseded_at=at)
    return _challenge(challenge.phone, challenge.purpose, silent=challenge.silent, at=at)


def _wait_for_resend(challenge: PhoneChallenge, at: datetime) -> None:
    wait = (challenge.created_at + RESEND_AFTER - at).total_seconds()
    if wait > 0:
        raise ResendTooSoon(ceil(wait))


def _spend_message(phone: str, visitor: Visitor, at: datetime) -> None:
    with transaction.atomic(durable=True):
        allowed = (
            limits.consume_all(limits.SMS_PER_ADDRESS, visitor.address, at=at)
            and limits.consume_all(limits.SMS_PER_PHONE, phone, at=at)
            and limits.consume_all(limits.SMS_OVERALL, "all", at=at)
        )
    if not allowed:
        raise TooManyMessages


def _check_code(challenge_id: int, code: str, at: datetime) -> None:
    """Count the check first, in one conditional update: of many parallel guesses exactly five are looked at."""
    counted = PhoneChallenge.objects.filter(
        pk=challenge_id,
        used_at=None,
        superseded_at=None,
        expires_at__gt=at,
        checks__lt=challenges.MAX_CHECKS,
    ).update(checks=F("checks") + 1)
    challenge = PhoneChallenge.objects.get(pk=challenge_id)
    if not counted or limits.is_exhausted(limits.CODE_FAILURES, challenge.phone, at=at):
        raise ChallengeClosed
    if not challenges.is_right(challenge, "".join(code.split())):
        limits.consume(limits.CODE_FAILURES, challenge.phone, at=at)
        raise WrongCode


def _use(challenge_id: int, at: datetime) -> None:
    if not PhoneChallenge.objects.filter(pk=challenge_id, used_at=None).update(used_at=at):
        raise ChallengeClosed


def _send_code(challenge: PhoneChallenge, at: datetime) -> None:
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
    elif challenge.purpose == PhoneChallenge.Purpose.REGISTRATION and limits.consume(
        limits.TAKEN_PHONE_NOTICE, challenge.phone, at=at
    ):
        notifications.queue_sms(
            to=challenge.phone,
            event="accounts/phone_taken",
            context={},
            key=f"challenge/{challenge.pk}",
            at=at,
        )


def _record_consents(user: User, registration: Registration, at: datetime) -> None:
    """Each acceptance is a row that can be proven: which text, when, from where, preselected or not (domain.md 6)."""
    from_form = {
        ConsentDocument.Kind.TERMS: (True, False),
        ConsentDocument.Kind.ADVERTISING: (registration.advertising, registration.advertising_preselected),
    }
    if registration.personal_data:
        from_form[ConsentDocument.Kind.PERSONAL_DATA] = (True, False)
    for kind, (given, preselected) in from_form.items():
        document = (
            ConsentDocument.objects.filter(kind=kind, published_at__lte=registration.created_at)
            .order_by("-version")
            .first()
        )
        if document is None:
            raise ConsentDocument.DoesNotExist(f"No text of kind {kind} is published.")
        Consent.objects.create(
            user=user,
            document=document,
            given=given,
            preselected=preselected,
            network_address=registration.network_address,
            user_agent=registration.user_agent,
            decided_at=registration.created_at,
        )
