"""A person becomes a resident."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import Consent, ConsentDocument, PhoneChallenge, Registration, User
from accounts.operations import codes
from accounts.operations.codes import Visitor
from accounts.operations.refusals import ChallengeClosed
from notifications import operations as notifications


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
    """Remember what was typed and send a code to the phone (E.164). Raises TooManyMessages, TooManyGuesses.

    The owner of a phone that is registered already is told so instead, at most once a day, and no code fits.
    """
    codes.spend_message(phone, visitor, at)
    hashed = make_password(password)
    with transaction.atomic(durable=True):
        taken = User.objects.filter(phone=phone).exists()
        challenge = codes.make_challenge(phone, PhoneChallenge.Purpose.REGISTRATION, silent=taken, at=at)
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
        codes.send_code(challenge, at)
    return registration


def resend_registration_code(*, registration_id: UUID, visitor: Visitor, at: datetime) -> Registration:
    """Send a new code for the same registration. What was guessed wrong before stays counted.

    Raises TooManyMessages, TooManyGuesses, ChecksUsedUp, Registration.DoesNotExist.
    """
    registration = Registration.objects.select_related("challenge").get(public_id=registration_id, confirmed_at=None)
    codes.check_resend(registration.challenge)
    codes.spend_message(registration.phone, visitor, at)
    with transaction.atomic(durable=True):
        registration = (
            Registration.objects.select_for_update(of=("self",))
            .select_related("challenge")
            .get(public_id=registration_id, confirmed_at=None)
        )
        registration.challenge = codes.replace_challenge(registration.challenge_id, at)
        registration.save(update_fields=["challenge"])
        codes.send_code(registration.challenge, at)
    return registration


def confirm_registration(*, registration_id: UUID, code: str, at: datetime) -> User:
    """Make the resident when the code is the one sent for this very registration.

    Raises WrongCode, ChallengeClosed, TooManyGuesses, Registration.DoesNotExist.
    """
    challenge_id = Registration.objects.values_list("challenge_id", flat=True).get(
        public_id=registration_id, confirmed_at=None
    )
    codes.check_code(challenge_id, code, at)
    try:
        with transaction.atomic(durable=True):
            registration = Registration.objects.select_for_update().get(public_id=registration_id, confirmed_at=None)
            codes.use_challenge(challenge_id, at)
            user = User(phone=registration.phone, password=registration.password)
            user.save()
            _record_consents(user, registration, at)
            record_event(Kind.REGISTERED, user=user, at=at)
            registration.confirmed_at = at
            registration.password = ""
            registration.save(update_fields=["confirmed_at", "password"])
            notifications.notify(user=user, event="accounts/welcome", context={}, at=at)
    except IntegrityError as error:
        raise ChallengeClosed from error
    return user


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
