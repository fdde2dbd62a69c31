"""The shape of what a resident types about himself."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.forms import PasswordField
from accounts.models import User


class ConfirmPasswordForm(forms.Form):
    password = PasswordField(autocomplete="current-password")


class ChangePasswordForm(forms.Form):
    password = PasswordField(autocomplete="new-password", label="Новый пароль")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class EmailForm(forms.Form):
    email = forms.EmailField(
        label="Новый адрес",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": "Укажите адрес почты.",
            "invalid": "Проверьте адрес: он выглядит как name@example.ru.",
        },
    )


class DecisionForm(forms.Form):
    given = forms.TypedChoiceField(choices=[("yes", "да"), ("no", "нет")], coerce=lambda value: value == "yes")


class TermsForm(forms.Form):
    document = forms.IntegerField()
