"""What staff fill in about phones."""

from django import forms

from accounts.forms import PhoneField


class ReleaseForm(forms.Form):
    """A phone, and why it may try again before its time."""

    phone = PhoneField()
    reason = forms.CharField(
        label="Причина",
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Например: житель позвонил, назвал номер обращения, СМС не приходит. Запись останется.",
        error_messages={"required": "Напишите, почему: запись останется.", "min_length": "Напишите подробнее."},
    )


class FactorRemovalForm(forms.Form):
    """Whose application is lost, and how staff made sure who is asking."""

    phone = PhoneField()
    reason = forms.CharField(
        label="Как убедились, кто просит",
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Например: пришёл в отделение с паспортом, договор на его имя. Запись останется.",
        error_messages={"required": "Напишите, как убедились.", "min_length": "Напишите подробнее."},
    )
