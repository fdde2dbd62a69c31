"""What staff fill in when they decide about readings."""

from django import forms

from meters.models import ReadingReview


class ReviewForm(forms.Form):
    """The button pressed is the decision; the reason goes to the resident."""

    decision = forms.ChoiceField(choices=ReadingReview.Decision.choices)
    reason = forms.CharField(
        label="Почему",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Житель увидит эти слова в уведомлениях и в квитанции.",
        error_messages={"required": "Напишите, почему: житель увидит эти слова."},
    )
