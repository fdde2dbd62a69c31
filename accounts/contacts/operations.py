"""The phone by which a resident comes in becomes another one (security.md S13-S15, ASVS 6.3.7)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import known_devices, limits, sessions
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import Passkey, PhoneChallenge, PhoneChange, SessionRecord, TrustedDevice, User
from accounts.operations import codes
from accounts.operations.codes import Visitor
from accounts.operations.refusals import AccountsError, ChallengeClosed
from accounts.second_factors import application, factors, passkeys
from notifications import operations as notifications

DOUBTFUL = timedelta(days=1)
"""Before he asked for another number he may have made himself at home."""

PURPOSE = PhoneChallenge.Purpose.PHONE_CHANGE
CHANGES = limits.Limit("phone-changes-user-day", 5, limits.DAY, "codes to numbers nobody has confirmed")


class TooManyPhoneChanges(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сегодня вы уже несколько раз меняли номер. Попробуйте завтра.")


class SamePhone(AccountsError):
    def __init__(self) -> None:
        super().__init__("С этим номером вы и входите. Укажите новый.")


class PhoneMovedOn(AccountsError):
    """Told to staff only."""

    def __init__(self) -> None:
        super().__init__("Номер с тех пор изменили ещё раз или уже вернули. Обновите список.")


class PhoneTaken(AccountsError):
    """Told to staff only."""

    def __init__(self) -> None:
        super().__init__("Прежний номер уже занят другим кабинетом, вернуть его нельзя.")


def begin_phone_change(*, user: User, phone: str, visitor: Visitor, at: datetime) -> PhoneChange:
    """Send a code to the new number (E.164); until it is typed nothing changes.

    The owner of a number that is taken is told so instead, at most once a day, and no code fits. Raises SamePhone,
    TooManyPhoneChanges, TooManyMessages, TooManyGuesses.
    """
    if phone == str(user.phone):
        raise SamePhone
    if not limits.consume(CHANGES, str(user.pk), at=at):
        raise TooManyPhoneChanges
    codes.spend_message(phone, visitor, at)
    with transaction.atomic(durable=True):
        taken = User.objects.filter(phone=phone).exists()
        challenge = codes.make_challenge(phone, PURPOSE, silent=taken, at=at)
        change = PhoneChange.objects.create(
            user=user, challenge=challenge, former_phone=str(user.phone), phone=phone, created_at=at
        )
        codes.send_code(challenge, at)
        record_event(Kind.PHONE_CHANGE_ASKED, user=user, at=at)
    return change


def resend_phone_code(*, user: User, change_id: UUID, visitor: Visitor, at: datetime) -> PhoneChange:
    """What was guessed wrong before stays counted.

    Raises TooManyMessages, TooManyGuesses, ChecksUsedUp, PhoneChange.DoesNotExist.
    """
    change = get_waiting(user, change_id)
    codes.check_resend(_challenge_of(change))
    codes.spend_message(change.phone, visitor, at)
    with transaction.atomic(durable=True):
        change = PhoneChange.objects.select_for_update(of=("self",)).get(pk=change.pk, confirmed_at=None)
        change.challenge = codes.replace_challenge(_challenge_of(change).pk, at)
        change.save(update_fields=["challenge"])
        codes.send_code(change.challenge, at)
    return change


def confirm_phone_change(*, user: User, change_id: UUID, code: str, at: datetime) -> User:
    """The code came to the new number: from now on it is the one to come in with. The former one is told.

    Raises WrongCode, ChallengeClosed (also when the number was taken meanwhile), TooManyGuesses, DoesNotExist.
    """
    change = get_waiting(user, change_id)
    challenge = _challenge_of(change)
    codes.check_code(challenge.pk, code, at)
    try:
        with transaction.atomic(durable=True):
            codes.use_challenge(challenge.pk, at)
            held = User.objects.select_for_update().get(pk=user.pk)
            if str(held.phone) != change.former_phone:
                raise ChallengeClosed
            held.phone = change.phone
            held.save(update_fields=["phone"])
            change.confirmed_at = at
            change.save(update_fields=["confirmed_at"])
            _tell_change(held, change, at=at)
            record_event(Kind.PHONE_CHANGED, user=held, at=at)
    except IntegrityError as error:
        record_event(Kind.PHONE_CHANGED, user=user, result=Result.FAILED, at=at)
        raise ChallengeClosed from error
    return held


def return_phone(*, change_id: int, staff: User, reason: str, at: datetime) -> PhoneChange:
    """The owner has shown a passport: the cabinet goes back to the former number, and nobody stays signed in.

    Passkeys and an application set up since the day before the change go too; older ones are the owner's.

    Raises PhoneTaken, PhoneMovedOn when the number is another one by now.
    """
    try:
        with transaction.atomic(durable=True):
            change = PhoneChange.objects.select_for_update().get(pk=change_id)
            user = User.objects.select_for_update().get(pk=change.user_id)
            if change.returned_at or change.confirmed_at is None or str(user.phone) != change.phone:
                raise PhoneMovedOn
            user.phone = change.former_phone
            user.set_unusable_password()
            user.save(update_fields=["phone", "password"])
            sessions.end_sessions(SessionRecord.objects.visible_to(user))
            known_devices.end_devices(TrustedDevice.objects.visible_to(user).standing(), at=at)
            _take_away_keys(user, since=change.created_at - DOUBTFUL, staff=staff, at=at)
            change.returned_at, change.returned_by, change.reason = at, staff, reason
            change.save(update_fields=["returned_at", "returned_by", "reason"])
            key = f"phone-returned/{change.pk}"
            notifications.queue_sms(to=change.former_phone, event="accounts/phone_returned", context={}, key=key, at=at)
            record_event(Kind.PHONE_RETURNED, user=user, staff=staff, at=at, figures={"change": change.pk})
    except IntegrityError as error:
        raise PhoneTaken from error
    return change


def _take_away_keys(user: User, *, since: datetime, staff: User, at: datetime) -> None:
    """What was set up by whoever moved the cabinet away would let him in again, or keep its owner out."""
    for passkey in Passkey.objects.visible_to(user).filter(created_at__gte=since):
        passkeys.end_passkey(passkey=passkey, at=at)
    known = factors.get_application(user)
    if known is not None and known.created_at and known.created_at >= since:
        application.take_away(user, staff=staff, at=at)


def get_waiting(user: User, change_id: UUID) -> PhoneChange:
    """Raises PhoneChange.DoesNotExist for another's, a settled one, or one whose code is forgotten by now."""
    waiting = PhoneChange.objects.visible_to(user).waiting().select_related("challenge")
    return waiting.get(public_id=change_id, challenge__isnull=False)


def _challenge_of(change: PhoneChange) -> PhoneChallenge:
    if change.challenge is None:
        raise ChallengeClosed
    return change.challenge


def _tell_change(user: User, change: PhoneChange, *, at: datetime) -> None:
    key, url = f"phone-changed/{change.pk}", reverse("privacy:my_data")
    notifications.notify(user=user, event="accounts/phone_changed", context={"at": at}, url=url, at=at)
    notifications.queue_sms(to=change.former_phone, event="accounts/phone_changed", context={}, key=f"{key}/sms", at=at)
    if user.email:
        notifications.queue_email(
            to=user.email, event="accounts/phone_changed", context={"at": at}, key=f"{key}/email", at=at
        )
