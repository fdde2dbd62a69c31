"""What staff fill in when they decide about a held package, or bring what billing answered."""

from django import forms

from exchange.models import HoldDecision


class DecisionForm(forms.Form):
    """The button pressed is the decision."""

    decision = forms.ChoiceField(choices=HoldDecision.Decision.choices)
    reason = forms.CharField(
        label="Почему",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Останется в истории загрузки вместе с вашим именем.",
        error_messages={"required": "Напишите, почему вы так решили: это останется в истории загрузки."},
    )


class ReplyForm(forms.Form):
    reply = forms.FileField(
        label="Файл ответа",
        help_text="CSV: receipt;status;reason, где status acknowledged или refused.",
        error_messages={"required": "Выберите файл ответа.", "empty": "В файле ничего нет."},
    )
