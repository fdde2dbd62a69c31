"""Passkeys: instead of password and code, or instead of the code alone (WebAuthn level 2, ASVS 6.3.3).

The device has looked who holds it (`user_verified`), so a passkey is two factors at once. A challenge is kept by the
caller and good for one answer.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import webauthn
from django.conf import settings
from django.db import IntegrityError, transaction
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts import limits, phones
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import Passkey, User
from accounts.operations import AccountsError
from notifications import operations as notifications

MOST_KEYS = 10
BROKEN = (WebAuthnException, RecursionError)
"""What an answer that no device gave may come to."""


@dataclass(frozen=True)
class Site:
    """What a key is bound to: the name of the host, and the address in the browser."""

    host: str
    origin: str


@dataclass(frozen=True)
class Request:
    """What the browser is asked, as JSON, and the challenge its answer must carry."""

    options: str
    challenge: bytes


class PasskeyRefused(AccountsError):
    def __init__(self) -> None:
        super().__init__("Ключ не подошёл. Попробуйте ещё раз или войдите с паролем.")


class TooManyPasskeys(AccountsError):
    def __init__(self) -> None:
        super().__init__(f"Ключей уже {MOST_KEYS}. Удалите лишний, чтобы добавить новый.")


def ask_for_new(*, user: User, site: Site) -> Request:
    """For a device that has no key of this user yet."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=settings.OTP_TOTP_ISSUER,
        user_id=_handle_of(user.pk),
        user_name=phones.mask_phone(str(user.phone)),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_describe(user),
    )
    return Request(webauthn.options_to_json(options), options.challenge)


def add_passkey(*, user: User, credential: str, challenge: bytes, site: Site, name: str, at: datetime) -> Passkey:
    """Raises PasskeyRefused, TooManyPasskeys."""
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise PasskeyRefused from error
    try:
        with transaction.atomic(durable=True):
            User.objects.select_for_update().get(pk=user.pk)
            if Passkey.objects.visible_to(user).count() >= MOST_KEYS:
                raise TooManyPasskeys
            passkey = Passkey.objects.create(
                user=user,
                name=name,
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
                created_at=at,
            )
            record_event(Kind.PASSKEY_ADDED, user=user, at=at, figures={"passkey": passkey.pk})
            notifications.notify(user=user, event="accounts/passkey_added", context={"at": at, "name": name}, at=at)
    except IntegrityError as error:
        raise PasskeyRefused from error
    return passkey


def ask_for_proof(*, site: Site, user: User | None = None) -> Request:
    """For any key of this site that the device holds, or for one of this user's."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_describe(user) if user else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Request(webauthn.options_to_json(options), options.challenge)


def prove_by_passkey(*, credential: str, challenge: bytes, site: Site, at: datetime, user: User | None = None) -> User:
    """Whose key has signed the challenge; with `user` only that one's counts. Raises PasskeyRefused."""
    with transaction.atomic(durable=True):
        found = _find_signer(credential, challenge, site, user, at)
    if found is None:
        record_event(Kind.PASSKEY_USED, user=user, subject=credential or "none", result=Result.FAILED, at=at)
        raise PasskeyRefused
    record_event(Kind.PASSKEY_USED, user=found, at=at)
    return found


@transaction.atomic(durable=True)
def rename_passkey(*, passkey: Passkey, name: str) -> None:
    Passkey.objects.filter(pk=passkey.pk).update(name=name)


@transaction.atomic
def end_passkey(*, passkey: Passkey, at: datetime) -> None:
    """It opens nothing any more, and the user is told."""
    if Passkey.objects.filter(pk=passkey.pk).delete()[0]:
        record_event(Kind.PASSKEY_ENDED, user=passkey.user_id, at=at, figures={"passkey": passkey.pk})
        context = {"at": at, "name": passkey.name}
        notifications.notify(user=passkey.user, event="accounts/passkey_ended", context=context, at=at)


def _find_signer(credential: str, challenge: bytes, site: Site, user: User | None, at: datetime) -> User | None:
    try:
        answer = parse_authentication_credential_json(credential)
        passkey = (
            Passkey.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(credential_id=answer.raw_id, user__is_active=True)
            .first()
        )
        if passkey is None or (user is not None and passkey.user_id != user.pk):
            return None
        handle = answer.response.user_handle
        if handle is not None and handle != _handle_of(passkey.user_id):
            return None
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except BROKEN:
        return None
    hidden_before = passkey.user.hidden_before
    if hidden_before is not None and passkey.created_at < hidden_before:
        return None  # whoever got the number since then shares nothing with him who made the key (T11)
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, at
    passkey.save(update_fields=["sign_count", "last_used_at"])
    return passkey.user


def _describe(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = Passkey.objects.visible_to(user).values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=bytes(each)) for each in ids]


def _handle_of(user_id: int) -> bytes:
    """What a device keeps of the user: it tells nobody else who that is."""
    return sha256(limits.hash_subject(f"passkey:{user_id}").encode()).digest()
