"""A plain question before an SMS while unusually many are being sent (security.md S5): nobody else's captcha is needed.

It keeps simple scripts out and costs a person a few seconds. The question travels signed, is answered once, and lives
ten minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from accounts import limits

LIFETIME = timedelta(minutes=10)
NUMBERS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
_SALT = "accounts.questions"


@dataclass(frozen=True)
class Question:
    """Its words, and the token that comes back with the answer."""

    text: str
    token: str


def make_question() -> Question:
    one, other = secrets.choice(range(2, 10)), secrets.choice(range(2, 10))
    nonce = secrets.token_hex(16)
    return Question(
        text=f"Сколько будет {NUMBERS[one]} плюс {NUMBERS[other]}? Ответьте числом",
        token=signing.dumps([nonce, _seal(nonce, str(one + other))], salt=_SALT),
    )


def are_needed(*, at: datetime) -> bool:
    return limits.is_exhausted(limits.SMS_SOFT, "all", at=at)


def check_answer(*, token: str, answer: str, at: datetime) -> bool:
    """Whether this answers the question of the token, for the first time."""
    try:
        nonce, seal = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return False
    return bool(seal == _seal(nonce, answer.strip())) and limits.consume(limits.QUESTION_ONCE, nonce, at=at)


def _seal(nonce: str, answer: str) -> str:
    return limits.hash_subject(f"question:{nonce}:{answer}")
