"""The page between one of the staff and what is a resident's: «Зачем открываете?»"""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.audit import reasons
from accounts.audit.recording import LONGEST_TEXT, MOST_DIGITS
from accounts.residents import staff_of

PREFIX = "why"


class ReasonForm(forms.Form):
    """A button of a template, or own words."""

    template = forms.ChoiceField(choices=reasons.Template.choices, required=False)
    words = forms.CharField(
        label="Своими словами",
        required=False,
        min_length=5,
        max_length=LONGEST_TEXT,
        help_text="Житель прочтёт это у себя. Телефонов и номеров счетов не пишите.",
        error_messages={"min_length": "Напишите подробнее."},
    )

    def __init__(self, data: Any = None, *, auto_id: str = "id_%s") -> None:
        super().__init__(data, prefix=PREFIX, auto_id=auto_id)
        self.templates = [(number, *choice) for number, choice in enumerate(reasons.Template.choices, start=1)]

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if sum(map(str.isdigit, words)) > MOST_DIGITS:
            raise forms.ValidationError("Похоже на номер. Телефонов и номеров счетов не пишите.")
        return words

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("template") and not cleaned.get("words") and not self.errors:
            self.add_error("words", "Выберите причину или напишите свою.")
        return cleaned

    @property
    def reason(self) -> str:
        template = self.cleaned_data["template"]
        return str(reasons.Template(template).label) if template else self.cleaned_data["words"]


def read_reason(request: HttpRequest, *, auto_id: str = "id_%s") -> ReasonForm:
    """Bound when a reason was posted. Of two on a page one needs ids of its own."""
    is_posted = request.method == "POST" and any(name.startswith(f"{PREFIX}-") for name in request.POST)
    return ReasonForm(request.POST if is_posted else None, auto_id=auto_id)


def ask_reason(
    request: HttpRequest, *, site: AdminSite, opts: Any, people: Collection[int], supplier: str
) -> HttpResponse | None:
    """The page that asks; None when a reason stands for each of these residents, or there is none of them."""
    staff, now, form = staff_of(request), timezone.now(), read_reason(request)
    if not people or reasons.has_reason(staff=staff, people=people, at=now):
        # The button pressed twice.
        return redirect(request.get_full_path()) if form.is_bound else None
    if form.is_valid():
        reasons.give_reason(staff=staff, people=people, reason=form.reason, supplier=supplier, at=now)
        return redirect(request.get_full_path())
    context = {**site.each_context(request), "title": "Зачем открываете?", "opts": opts, "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/accounts/reason/ask.html", context, status=status)
