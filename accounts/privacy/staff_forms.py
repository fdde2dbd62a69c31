"""What staff fill in about texts residents agree to."""

from django import forms

from accounts.models import ConsentDraft


class DraftForm(forms.ModelForm[ConsentDraft]):
    class Meta:
        model = ConsentDraft
        fields = ["text", "changes", "asks_again"]
        widgets = {"text": forms.Textarea(attrs={"rows": 24}), "changes": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "asks_again": "Для соглашения: пока житель не примет новую версию, кабинет её показывает. Для рекламы:"
            " прежнее согласие перестаёт действовать.",
        }


class PublishForm(forms.Form):
    valid_from = forms.DateField(
        label="Действует с",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Пусто — сразу.",
    )
    sure = forms.BooleanField(
        label="Текст проверен: изменить или отозвать его будет нельзя",
        error_messages={"required": "Отметьте, что текст проверен."},
    )
