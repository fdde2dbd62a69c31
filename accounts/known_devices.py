"""Browsers somebody came in from before (security.md S17, T26).

A browser keeps one random key in a cookie; whom it is trusted for is in rows (`TrustedDevice`), under a keyed hash of
the key. The key is made anew whenever the device becomes trusted, so that a planted one gains nothing.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts import limits
from accounts.models import TrustedDevice, User

COOKIE = "__Host-device" if settings.SECURE_COOKIES else "device"
TRUSTED_FOR = timedelta(days=90)
COOKIE_LIVES = timedelta(days=180)
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class KnownDevice:
    """A browser by its random key."""

    key: str

    @property
    def key_hash(self) -> str:
        return limits.hash_subject(f"device:{self.key}")

    def knows(self, user_id: int | None) -> bool:
        """This user came in from it and nobody has ended that; whether it is still trusted is another question."""
        return TrustedDevice.objects.standing().filter(user_id=user_id or 0, key_hash=self.key_hash).exists()


def read_device(request: HttpRequest) -> KnownDevice | None:
    key = request.COOKIES.get(COOKIE, "")
    return KnownDevice(key) if _KEY.fullmatch(key) else None


def write_key(response: HttpResponse, key: str) -> None:
    response.set_cookie(
        COOKIE, key, max_age=COOKIE_LIVES, secure=settings.SECURE_COOKIES, httponly=True, samesite="Lax"
    )


def find_trusted(device: KnownDevice | None, user: User, *, at: datetime) -> TrustedDevice | None:
    """The row by which this browser is trusted for this user today."""
    if device is None:
        return None
    return TrustedDevice.objects.visible_to(user).trusted(at).filter(key_hash=device.key_hash).first()


def trust_device(
    device: KnownDevice | None, user: User, *, proof: str, address: str, user_agent: str, at: datetime
) -> tuple[TrustedDevice, str]:
    """Within a transaction: trust this browser for 90 days; the row, and the browser's new key."""
    key = secrets.token_hex(16)
    key_hash, former = KnownDevice(key).key_hash, None
    if device is not None:
        # The others of the household stay known under the new key.
        TrustedDevice.objects.standing().filter(key_hash=device.key_hash).update(key_hash=key_hash)
        former = TrustedDevice.objects.visible_to(user).standing().filter(key_hash=key_hash).first()
    trusted = former or TrustedDevice(user=user, key_hash=key_hash, first_seen_at=at)
    trusted.proof, trusted.until = proof, at + TRUSTED_FOR
    trusted.user_agent, trusted.network_address, trusted.last_seen_at = user_agent, address, at
    trusted.save()
    return trusted, key


def note_seen(trusted: TrustedDevice, *, address: str, user_agent: str, at: datetime) -> None:
    """It was come in from again; the term stays what it was."""
    TrustedDevice.objects.filter(pk=trusted.pk).update(network_address=address, user_agent=user_agent, last_seen_at=at)


@transaction.atomic
def end_devices(trusted: Iterable[TrustedDevice], *, at: datetime) -> int:
    """Whoever comes in from them next proves himself anew."""
    return TrustedDevice.objects.standing().filter(pk__in=[each.pk for each in trusted]).update(ended_at=at)
