"""The shape of what proves a resident."""

from django import forms

from accounts.forms import CodeForm as CodeForm


class ApplicationCodeForm(forms.Form):
    code = forms.CharField(
        label="Код из приложения или запасной код",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "code-input", "autocapitalize": "off"}),
        error_messages={"required": "Впишите шесть цифр из приложения."},
    )


class FirstCodeForm(forms.Form):
    code = forms.CharField(
        label="Код из приложения",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}),
        error_messages={"required": "Впишите шесть цифр из приложения."},
    )


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label="Название",
        max_length=60,
        help_text="По нему вы узнаете ключ в списке.",
        error_messages={"required": "Назовите ключ, чтобы потом узнать его."},
    )
