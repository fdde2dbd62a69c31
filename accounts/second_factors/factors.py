"""Who is asked for a second factor, and which ones he has (security.md S17)."""

from datetime import datetime

from django.conf import settings
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import known_devices
from accounts.known_devices import KnownDevice
from accounts.models import Passkey, TrustedDevice, User

ALWAYS, CHOSEN = "always", "chosen"


def is_asked(user: User, device: KnownDevice | None, *, at: datetime) -> bool:
    """Whether a right password is not enough here (`RESIDENT_SECOND_FACTOR`)."""
    if is_asked_always():
        return True
    chosen = settings.RESIDENT_SECOND_FACTOR == CHOSEN
    if chosen and not has_chosen(user):
        return False
    trusted = known_devices.find_trusted(device, user, at=at)
    # What a password alone began to trust is no proof once more is asked for.
    return trusted is None or trusted.proof == TrustedDevice.Proof.PASSWORD


def has_application(user: User) -> bool:
    """An application shows this user's codes: then SMS prove nothing any more (ASVS 6.4.3)."""
    return get_application(user) is not None


def has_chosen(user: User) -> bool:
    """Set up more than a password."""
    return has_application(user) or has_passkey(user)


def has_passkey(user: User) -> bool:
    return Passkey.objects.visible_to(user).exists()


def get_application(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def count_spare_codes(user: User) -> int:
    """How many are still good."""
    return int(StaticToken.objects.filter(device__user=user, device__confirmed=True).count())


def is_asked_always() -> bool:
    """No device is trusted here, however well it is known."""
    return bool(settings.RESIDENT_SECOND_FACTOR == ALWAYS)


def describe_when(user: User) -> str:
    """When the second factor is asked for here, in words that follow «Код спрашиваем»."""
    if is_asked_always():
        return "при каждом входе"
    if settings.RESIDENT_SECOND_FACTOR == CHOSEN and not has_chosen(user):
        return ""
    return "на новом устройстве, а на знакомом — раз в 90 дней"
