"""A device somebody came in from before: strangers' wrong guesses elsewhere do not keep it waiting (security.md T26).

The browser keeps a signed cookie; the users in it are keyed hashes, so it tells nothing about them.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts import limits
from accounts.models import User

COOKIE = "__Host-device" if settings.SECURE_COOKIES else "device"
LIFETIME = timedelta(days=180)
MOST_USERS = 5
_SALT = "accounts.known_devices"


@dataclass(frozen=True)
class KnownDevice:
    """A browser by its random key, with those who came in from it, the newest first."""

    key: str
    users: tuple[str, ...] = ()

    def knows(self, user: User) -> bool:
        return _mark(self.key, user) in self.users


def read_device(request: HttpRequest) -> KnownDevice | None:
    """What the cookie says; None when there is none, or it is forged or too old."""
    try:
        key, *users = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    return KnownDevice(key, tuple(users))


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be recognised when the user comes again."""
    device = read_device(request) or KnownDevice(secrets.token_hex(16))
    mark = _mark(device.key, user)
    users = [mark, *(other for other in device.users if other != mark)][:MOST_USERS]
    response.set_cookie(
        COOKIE,
        signing.dumps([device.key, *users], salt=_SALT),
        max_age=LIFETIME,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )


def _mark(key: str, user: User) -> str:
    return limits.hash_subject(f"device:{key}:{user.pk}")[:32]
