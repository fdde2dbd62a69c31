"""The shape of what people type at the door."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import phones, questions
from accounts.models import User


def _link_label(before: str, kind: str, text: str) -> SafeString:
    url = str(reverse_lazy("accounts:document_detail", args=[kind]))
    return format_html('{}<a href="{}" target="_blank">{}</a>', before, url, text)


_lazy_label = lazy(_link_label, str)


class PhoneField(forms.CharField):
    """A mobile phone of Russia, typed in any usual way; cleaned to E.164."""

    def __init__(self, *, label: str = "Телефон", **kwargs: Any) -> None:
        super().__init__(
            label=label,
            max_length=30,
            widget=forms.TextInput(
                attrs={
                    "type": "tel",
                    "inputmode": "tel",
                    "autocomplete": "tel",
                    "placeholder": "+7 900 000-00-00",
                }
            ),
            error_messages={"required": "Укажите номер мобильного телефона."},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return phones.parse_phone(text)
        except phones.InvalidPhone as error:
            raise ValidationError(str(error), code="phone") from error


class PasswordField(forms.CharField):
    def __init__(self, *, autocomplete: str, label: str = "Пароль", **kwargs: Any) -> None:
        super().__init__(
            label=label,
            strip=False,
            max_length=1000,
            widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": autocomplete}),
            error_messages={"required": "Укажите пароль."},
            **kwargs,
        )


class CodeField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label="Код подтверждения",
            max_length=12,
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
            ),
            error_messages={"required": "Введите шесть цифр из СМС."},
        )

    def clean(self, value: Any) -> str:
        """Six digits, however they are set apart; a slip of the finger costs none of the five guesses."""
        code = re.sub(r"[\s-]", "", super().clean(value))
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError("В коде шесть цифр. Сверьте с последней СМС.", code="code")
        return code


class _EmptyInput(forms.TextInput):
    """An answer to the former question is not shown under the next one."""

    def format_value(self, value: Any) -> None:
        return None


class AskingForm(forms.Form):
    """Asks a plain question too, while `questions.are_needed`."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.question = questions.make_question() if questions.are_needed(at=at) else None
        if self.question:
            self.fields["answer"] = forms.CharField(
                label=self.question.text,
                max_length=10,
                widget=_EmptyInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                help_text="Сейчас запрашивают слишком много СМС, и мы отличаем людей от программ.",
                error_messages={"required": "Ответьте на вопрос, и мы отправим СМС."},
            )

    def clean(self) -> dict[str, Any]:
        if self.question and not self.errors:
            token, answer = self.data.get("question", ""), self.cleaned_data["answer"]
            if not questions.check_answer(token=token, answer=answer, at=self.at):
                self.add_error("answer", "Ответ не подошёл. Вот другой вопрос.")
        return self.cleaned_data


def strange_device_field() -> forms.BooleanField:
    """Nothing ticked means one's own device: it is remembered (security.md S14)."""
    return forms.BooleanField(
        label="Это чужое устройство",
        required=False,
        help_text="Не запомним его. Кабинет закроется вместе с браузером, а без дела — через час.",
    )


class SignInForm(forms.Form):
    phone = PhoneField()
    password = PasswordField(autocomplete="current-password")
    strange_device = strange_device_field()


class RegistrationForm(AskingForm):
    phone = PhoneField()
    password = PasswordField(autocomplete="new-password")
    terms = forms.BooleanField(
        label=_lazy_label("Я принимаю ", "terms", "пользовательское соглашение"),
        error_messages={"required": "Без согласия с пользовательским соглашением кабинет не создать."},
    )
    personal_data = forms.BooleanField(
        label=_lazy_label("Я даю ", "personal-data", "согласие на обработку персональных данных"),
        error_messages={"required": "Поставщик просит это согласие отдельно: отметьте его, если согласны."},
    )
    advertising = forms.BooleanField(
        label="Я согласен получать рекламную рассылку",
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advertising"].initial = settings.ADVERTISING_PRESELECTED
        if not settings.PERSONAL_DATA_CONSENT_REQUIRED:
            del self.fields["personal_data"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(phone=self.cleaned_data.get("phone", "")))
        return password


class CodeForm(forms.Form):
    code = CodeField()


class FirstCodeForm(CodeForm):
    strange_device = strange_device_field()


class PasswordResetForm(AskingForm):
    phone = PhoneField()


class NewPasswordForm(forms.Form):
    code = CodeField()
    password = PasswordField(autocomplete="new-password", label="Новый пароль")
    strange_device = strange_device_field()

    def __init__(self, *args: Any, phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phone = phone

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(phone=self.phone))
        return password
