"""What staff fill in at a report. A template's words stand in for an empty field; typed words win."""

from typing import Any
from uuid import uuid4

from django import forms

from support import queries
from support.models import ReplyTemplate


class _WordsForm(forms.Form):
    purposes: tuple[str, ...]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = [row for purpose in self.purposes for row in queries.get_reply_templates(purpose)]
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            ("", "свои слова"),
            *(
                (str(row.pk), row.title if len(self.purposes) == 1 else f"{row.get_purpose_display()}: {row.title}")
                for row in self.templates
            ),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = cleaned.get("template")
        if chosen and not cleaned.get("text"):
            cleaned["text"] = next(row.text for row in self.templates if str(row.pk) == chosen)
        return cleaned


class AnswerForm(_WordsForm):
    """Sent twice, it is one answer."""

    purposes = (ReplyTemplate.Purpose.ANSWER,)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    template = forms.ChoiceField(label="Образец", required=False)
    text = forms.CharField(
        label="Ответ жителю", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", "Напишите ответ или выберите образец.")
        return cleaned


class CloseForm(_WordsForm):
    """«Решено» may go without words, «Отклонить» may not."""

    purposes = (ReplyTemplate.Purpose.RESOLVE, ReplyTemplate.Purpose.DECLINE)
    template = forms.ChoiceField(label="Образец", required=False)
    text = forms.CharField(
        label="Что сделано или почему нет",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Житель увидит эти слова. Чтобы отклонить, причина нужна всегда.",
    )

    def __init__(self, *args: Any, reason_required: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason_required = reason_required

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.reason_required and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", "Напишите, почему обращение отклонено, или выберите образец.")
        return cleaned


class HolderForm(forms.Form):
    """Who held the report on the page where «Взять» was pressed."""

    holder = forms.IntegerField(required=False, widget=forms.HiddenInput)
