"""The supplier's password rules as a Django validator."""

from django.core.exceptions import ValidationError

from accounts import password_rules
from accounts.models import User


class PasswordRulesValidator:
    """Says which of «Требования к паролю» (domain.md 1.1) are not met yet."""

    def validate(self, password: str, user: User | None = None) -> None:
        labels = dict(password_rules.RULES)
        missing = [labels[code] for code in password_rules.check_password(password) if code in labels]
        if missing:
            raise ValidationError(f"Пароль пока не подходит: {'; '.join(missing).lower()}.", code="password_rules")
        if len(password) > password_rules.MAX_LENGTH:
            raise ValidationError(
                f"Пароль длиннее {password_rules.MAX_LENGTH} символов: сократите его.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return ""
