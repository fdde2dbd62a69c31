"""A code from an authenticator, and spare codes for the day the phone is lost (security.md S16)."""

import re
from datetime import datetime

from django.db import transaction
from django_otp import user_has_device
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import User
from accounts.operations import AccountsError
from notifications import operations as notifications

APPLICATION, SPARE = "Приложение", "Запасные коды"
SPARE_CODES = 10
_TOTP = re.compile(r"\d{6}|\d{8}")


class WrongSecondFactor(AccountsError):
    def __init__(self) -> None:
        super().__init__(
            "Код не подошёл. Он меняется каждые полминуты: дождитесь нового и проверьте, верно ли время на телефоне."
        )


class AlreadyEnrolled(AccountsError):
    def __init__(self) -> None:
        super().__init__("Второй шаг входа уже настроен.")


@transaction.atomic(durable=True)
def begin_second_factor(*, user: User) -> TOTPDevice:
    """A device that proves nothing until its first code was typed; the same one until then. Raises AlreadyEnrolled."""
    _lock_newcomer(user)
    device, _ = TOTPDevice.objects.get_or_create(user=user, name=APPLICATION, confirmed=False)
    return device


def confirm_second_factor(*, user: User, code: str, at: datetime) -> tuple[TOTPDevice, list[str]]:
    """The device, now good for signing in, and ten codes to be kept on paper, shown this once.

    Raises WrongSecondFactor, AlreadyEnrolled, TOTPDevice.DoesNotExist when nothing was begun.
    """
    with transaction.atomic(durable=True):
        _lock_newcomer(user)
        device = TOTPDevice.objects.select_for_update().get(user=user, name=APPLICATION, confirmed=False)
        # A wrong code is counted by the device, so it is answered after the commit.
        right = device.verify_is_allowed()[0] and device.verify_token("".join(code.split()))
        codes = _confirm(device, at) if right else []
    record_event(Kind.STAFF_FACTOR_SET, user=user, result=Result.OK if right else Result.FAILED, at=at)
    if not right:
        raise WrongSecondFactor
    return device, codes


def find_proof(user: User, typed: str) -> Device | None:
    """The device whose code this is, used up by that. The kind is told by the look, so no other device is blamed.

    A device that failed too often answers no; a code of an application is good once (ASVS 6.5.1).
    """
    token = re.sub(r"[\s-]", "", typed).lower()
    kind: type[Device] = TOTPDevice if _TOTP.fullmatch(token) else StaticDevice
    with transaction.atomic():
        for device in kind.objects.select_for_update().filter(user=user, confirmed=True).order_by("pk"):
            if device.verify_is_allowed()[0] and device.verify_token(token):
                return device
    return None


def _lock_newcomer(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)
    if user_has_device(user):
        raise AlreadyEnrolled


def _confirm(device: TOTPDevice, at: datetime) -> list[str]:
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    spare = StaticDevice.objects.create(user=device.user, name=SPARE, confirmed=True)
    codes = [_make_spare_code() for _ in range(SPARE_CODES)]
    spare.token_set.bulk_create(StaticToken(device=spare, token=code) for code in codes)
    notifications.notify(user=device.user, event="accounts/second_factor_set", context={"at": at}, at=at)
    return codes


def _make_spare_code() -> str:
    """Never digits alone: those are taken for a code of the authenticator."""
    while (code := str(StaticToken.random_token())).isdigit():
        pass
    return code
