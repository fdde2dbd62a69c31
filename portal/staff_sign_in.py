"""How staff prove who they are: phone, password and a code, all at once (security.md S16).

One who has no device yet leaves the code empty and is led to get one (`portal.staff_second_factor`).
"""

import re
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp import user_has_device
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import phones
from accounts.models import User

_TOTP = re.compile(r"\d{6}|\d{8}")
REFUSED = "Телефон, пароль или код не подошли. Код в приложении меняется каждые полминуты: возьмите свежий."


class StaffSignInForm(AdminAuthenticationForm):
    """One text for whatever was wrong; the device is chosen by the look of the code, so no other one is blamed."""

    otp_token = forms.CharField(
        label="Код",
        max_length=20,
        required=False,
        help_text="Шесть цифр из приложения или запасной код. Входите впервые? Оставьте пустым.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    error_messages = {**AdminAuthenticationForm.error_messages, "invalid_login": REFUSED}

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "Телефон"
        self.fields["username"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["username"].error_messages["required"] = "Впишите телефон."
        self.fields["password"].error_messages["required"] = "Впишите пароль."

    def clean_username(self) -> str:
        """However it is typed, it is one phone, and one count of failures."""
        typed: str = self.cleaned_data["username"]
        try:
            return phones.parse_phone(typed)
        except phones.InvalidPhone as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("otp_token"):
            return self._clean_without_code()
        cleaned: dict[str, Any] = super().clean()
        user = self.get_user()
        if user is not None and not _prove(user, cleaned["otp_token"]):
            self.user_cache = None
            raise self.get_invalid_login_error()
        return cleaned

    def _clean_without_code(self) -> dict[str, Any]:
        """Only a newcomer comes in so; to anybody else the answer is the same whatever the password."""
        try:
            super().clean()
        except ValidationError:
            self.user_cache = None
        user = self.get_user()
        if user is None or user_has_device(user):
            self.user_cache = None
            self.add_error("otp_token", "Впишите код из приложения.")
        return self.cleaned_data


def _prove(user: User, typed: str) -> bool:
    """Mark the user as verified by the device whose code it is. A device that failed too often answers no."""
    token = typed.replace(" ", "").replace("-", "")
    kind: type[Device] = TOTPDevice if _TOTP.fullmatch(token) else StaticDevice
    with transaction.atomic():
        for device in kind.objects.select_for_update().filter(user=user, confirmed=True).order_by("pk"):
            if device.verify_is_allowed()[0] and device.verify_token(token):
                user.otp_device = device  # type: ignore[attr-defined]
                return True
    return False
