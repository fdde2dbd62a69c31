"""What staff write down before they let somebody back in."""

from django import forms


class PassportForm(forms.Form):
    reason = forms.CharField(
        label="Что вы проверили",
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Например: паспорт и договор, пришёл сам в отделение. Запись останется; данных паспорта не пишите.",
        error_messages={"required": "Напишите, что проверили: запись останется.", "min_length": "Напишите подробнее."},
    )
