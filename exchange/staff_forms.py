"""What staff fill in when they decide about a held package."""

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
