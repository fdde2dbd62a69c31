"""How staff prove who they are: phone, password and a code, all at once (security.md S16).

One who has no device yet leaves the code empty and is led to get one (`portal.staff_second_factor`).
"""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_otp import user_has_device

from accounts import phones
from accounts.second_factors import application

REFUSED = (
    "Телефон, пароль или код не подошли. Подождите несколько секунд и возьмите свежий код: "
    "в приложении он меняется каждые полминуты."
)


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
        if user is not None:
            try:
                device = application.find_proof(user, cleaned["otp_token"], at=timezone.now())
            except application.AskedTooSoon:  # said aloud, it would tell that the password was right
                device = None
            if device is None:
                self.user_cache = None
                raise self.get_invalid_login_error()
            user.otp_device = device  # type: ignore[attr-defined]
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
