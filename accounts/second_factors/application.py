"""Codes of an application on the phone, for staff and for residents who want it (security.md S16, S17)."""

import re
from base64 import b32encode
from datetime import datetime

import segno
from django.db import transaction
from django_otp import user_has_device
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import User
from accounts.operations import AccountsError
from accounts.operations.refusals import say_when
from accounts.second_factors import spare_codes
from notifications import operations as notifications

APPLICATION = "Приложение"
_TOTP = re.compile(r"\d{6}|\d{8}")


class WrongSecondFactor(AccountsError):
    def __init__(self) -> None:
        super().__init__(
            "Код не подошёл. Он меняется каждые полминуты: дождитесь нового и проверьте, верно ли время на телефоне."
        )


class AskedTooSoon(WrongSecondFactor):
    """After a wrong code the device looks at none for a second, then two, then four; this one was not looked at."""

    def __init__(self, until: datetime, at: datetime) -> None:
        AccountsError.__init__(self, f"После неверного кода мы ждём. Введите код снова {say_when(until, at)}.")


class AlreadyEnrolled(AccountsError):
    def __init__(self) -> None:
        super().__init__("Второй шаг входа уже настроен.")


class StaffNeedIt(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сотрудники всегда входят с кодом из приложения: выключить его нельзя.")


@transaction.atomic(durable=True)
def begin_second_factor(*, user: User) -> TOTPDevice:
    """A device that proves nothing until its first code was typed; the same one until then. Raises AlreadyEnrolled."""
    _lock_newcomer(user)
    device, _ = TOTPDevice.objects.get_or_create(user=user, name=APPLICATION, confirmed=False)
    return device


def confirm_second_factor(*, user: User, code: str, at: datetime) -> tuple[TOTPDevice, list[str]]:
    """The device, now good for signing in, and ten codes to be kept on paper, shown this once.

    Raises WrongSecondFactor, AskedTooSoon, AlreadyEnrolled, TOTPDevice.DoesNotExist when nothing was begun.
    """
    with transaction.atomic(durable=True):
        _lock_newcomer(user)
        device = TOTPDevice.objects.select_for_update().get(user=user, name=APPLICATION, confirmed=False)
        # A wrong code is counted by the device, so it is answered after the commit.
        if until := _rests_until(device):
            raise AskedTooSoon(until, at)
        right = device.verify_token("".join(code.split()))
        codes = _confirm(device, at) if right else []
    kind = Kind.STAFF_FACTOR_SET if user.is_staff else Kind.FACTOR_SET
    record_event(kind, user=user, result=Result.OK if right else Result.FAILED, at=at)
    if not right:
        raise WrongSecondFactor
    return device, codes


def find_proof(user: User, typed: str, *, at: datetime) -> Device | None:
    """The device whose code this is, used up by that. The kind is told by the look, so no other device is blamed.

    A code of an application is good once (ASVS 6.5.1). Raises AskedTooSoon: a device rests after a wrong code.
    """
    token = re.sub(r"[\s-]", "", typed).lower()
    kind: type[Device] = TOTPDevice
    if not _TOTP.fullmatch(token):
        kind, token = StaticDevice, spare_codes.seal(user.pk, token)
    rest: list[datetime] = []
    with transaction.atomic():
        for device in kind.objects.select_for_update().filter(user=user, confirmed=True).order_by("pk"):
            if until := _rests_until(device):
                rest.append(until)
            elif device.verify_token(token):
                return device
    if rest:
        raise AskedTooSoon(min(rest), at)
    return None


@transaction.atomic(durable=True)
def end_application(*, user: User, at: datetime) -> None:
    """From now on SMS again; the spare codes go too. The user is told on every way. Raises StaffNeedIt."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_staff:
        raise StaffNeedIt
    take_away(user, staff=None, at=at)


def take_away(user: User, *, staff: User | None, at: datetime) -> None:
    """Within a transaction: the application and the spare codes are gone, and the user is told on every way."""
    deleted = TOTPDevice.objects.filter(user=user, confirmed=True).delete()[0]
    StaticDevice.objects.filter(user=user).delete()
    if not deleted:
        return
    record_event(Kind.FACTOR_ENDED, user=user, staff=staff, at=at)
    event, key = "accounts/application_ended", f"application-ended/{user.pk}/{at.timestamp()}"
    notifications.notify(user=user, event=event, context={"at": at}, at=at)
    notifications.queue_sms(to=str(user.phone), event=event, context={}, key=f"{key}/sms", at=at)
    if user.email:
        notifications.queue_email(to=user.email, event=event, context={"at": at}, key=f"{key}/email", at=at)


def draw_key(device: TOTPDevice) -> str:
    """As a data URI. Black on white in either scheme: cameras do not read it otherwise."""
    picture: str = segno.make(device.config_url, error="m").svg_data_uri(
        border=4, dark="#000", light="#fff", omitsize=True
    )
    return picture


def spell_key(device: TOTPDevice) -> str:
    """By four letters, as applications take it."""
    letters = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _rests_until(device: Device) -> datetime | None:
    """Since when it looks at codes again; None when it does now."""
    is_allowed, reason = device.verify_is_allowed()
    return None if is_allowed else reason["locked_until"]


def _lock_newcomer(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)
    if user_has_device(user):
        raise AlreadyEnrolled


def _confirm(device: TOTPDevice, at: datetime) -> list[str]:
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    event = "accounts/second_factor_set" if device.user.is_staff else "accounts/application_set"
    notifications.notify(user=device.user, event=event, context={"at": at}, at=at)
    return spare_codes.replace_codes(device.user)
