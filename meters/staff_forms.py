"""What staff fill in when they decide about readings. A template's words stand in for an empty field."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from meters.models import ReadingReview, ReviewTemplate, Submission
from meters.slips import read_typed

Decision = ReadingReview.Decision
NO_OBJECTION = "Показания проверены, всё в порядке."


class ReviewForm(forms.Form):
    """The button pressed is the decision; the reason goes to the resident. Accepting needs no words."""

    decision = forms.ChoiceField(choices=[(each.value, each.label) for each in Decision if each != Decision.REPLACE])
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    template = forms.ChoiceField(label="Образец", required=False)
    reason = forms.CharField(
        label="Почему",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Житель увидит эти слова в уведомлениях и в квитанции. Чтобы принять, слова не нужны.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = list(ReviewTemplate.objects.exclude(decision=Decision.REPLACE).order_by("decision", "title"))
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            ("", "свои слова"),
            *((str(row.pk), f"{row.get_decision_display()}: {row.title}") for row in self.templates),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("reason"):
            chosen = cleaned.get("template")
            cleaned["reason"] = next((row.text for row in self.templates if str(row.pk) == chosen), "")
        if not cleaned["reason"] and "reason" not in self.errors:
            if cleaned.get("decision") == Decision.ACCEPT:
                cleaned["reason"] = NO_OBJECTION
            else:
                self.add_error("reason", "Напишите, почему, или выберите образец: житель увидит эти слова.")
        return cleaned

    @property
    def decided(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self.cleaned_data[name] for name in ("decision", "reason", "seen")}


class InspectionForm(forms.Form):
    """An inspector's reading of every scale of the meter."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    taken_on = forms.DateField(
        label="Снято контролёром", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label="Основание",
        max_length=500,
        help_text="Например, номер акта. Житель увидит эти слова.",
        error_messages={"required": "Напишите основание: житель увидит эти слова."},
    )

    def __init__(self, *args: Any, submission: Submission, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submission, self.on = submission, on
        self.scales = [value.scale for value in submission.values.all()]
        for scale in self.scales:
            field = forms.CharField(
                label=scale.name, max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
            )
            self.fields[f"value-{scale.pk}"] = field
        self.order_fields(["seen", "taken_on", *(f"value-{scale.pk}" for scale in self.scales), "reason"])

    def clean_taken_on(self) -> date:
        taken_on: date = self.cleaned_data["taken_on"]
        if taken_on > self.on:
            raise forms.ValidationError("Этот день ещё не наступил.")
        return taken_on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        meter = self.submission.meter
        for scale in self.scales:
            name = f"value-{scale.pk}"
            if not cleaned.get(name):
                continue
            value, slip = read_typed(cleaned[name], meter, scale)
            if slip:
                self.add_error(name, slip)
            cleaned[name] = value
        return cleaned

    @property
    def values(self) -> dict[int, Decimal]:
        return {scale.pk: self.cleaned_data[f"value-{scale.pk}"] for scale in self.scales}
