"""Codes on paper for the day the phone is lost. Only a keyed hash of each is kept (ASVS 6.5.2)."""

from datetime import datetime

from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts import limits
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from accounts.operations import AccountsError
from notifications import operations as notifications

NAME, COUNT = "Запасные коды", 10
_KEPT = 16


class NoApplication(AccountsError):
    def __init__(self) -> None:
        super().__init__("Запасные коды нужны вместе с приложением. Сначала настройте его.")


def seal(user_id: int, code: str) -> str:
    """What is kept of a code; sixteen characters are what the table holds."""
    return limits.hash_subject(f"spare-code:{user_id}:{code}")[:_KEPT]


def replace_codes(user: User) -> list[str]:
    """Within a transaction: ten new codes, written «k7wq-2mzp»; the former ones fit no more."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=NAME, confirmed=True)
    codes = [_make_code() for _ in range(COUNT)]
    device.token_set.bulk_create(StaticToken(device=device, token=seal(user.pk, code)) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


@transaction.atomic(durable=True)
def renew_spare_codes(*, user: User, at: datetime) -> list[str]:
    """Ten new codes, to be shown this once. Raises NoApplication."""
    User.objects.select_for_update().get(pk=user.pk)
    if not user.totpdevice_set.filter(confirmed=True).exists():  # type: ignore[attr-defined]
        raise NoApplication
    codes = replace_codes(user)
    record_event(Kind.SPARE_CODES_RENEWED, user=user, at=at)
    notifications.notify(user=user, event="accounts/spare_codes_renewed", context={"at": at}, at=at)
    return codes


def _make_code() -> str:
    """Never digits alone: those are taken for a code of the application."""
    while (code := str(StaticToken.random_token())).isdigit():
        pass
    return code
