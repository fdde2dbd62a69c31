"""Codes that prove a phone (security.md S1).

A code is six digits, derived with the server's key from a random nonce: a copy of the database does not tell it, and a
message sent twice carries the same code.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings

from accounts.models import PhoneChallenge

LIFETIME = timedelta(minutes=5)
MAX_CHECKS = 5


def make_nonce() -> bytes:
    return secrets.token_bytes(32)


def derive_code(challenge: PhoneChallenge) -> str:
    """The six digits of a challenge."""
    material = b"|".join(
        (b"phone-challenge", challenge.purpose.encode(), challenge.phone.encode(), bytes(challenge.nonce))
    )
    digest = hmac.digest(settings.SECRET_KEY.encode(), material, sha256)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def is_right(challenge: PhoneChallenge, typed: str) -> bool:
    expected = derive_code(challenge)
    return hmac.compare_digest(expected.encode(), typed.encode()) and not challenge.silent


def reveal_code(challenge_id: int) -> dict[str, str] | None:
    """The value for an SMS about to leave (`settings.LATE_VALUES`); None when the code was used or replaced."""
    challenge = PhoneChallenge.objects.filter(pk=challenge_id, used_at=None, superseded_at=None, silent=False).first()
    return None if challenge is None else {"code": derive_code(challenge)}
