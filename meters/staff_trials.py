"""Two small pages for staff: is a printed receipt true, and what the rules say of a value."""

import re
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from billing.models import Supplier
from meters.models import Submission
from meters.queries.submissions import find_for_verification
from meters.receipt_pdf import is_code_of
from meters.trials import find_installations, try_reading


class VerifyForm(forms.Form):
    receipt = forms.CharField(label="Номер квитанции", max_length=30)
    code = forms.CharField(label="Код проверки", max_length=30)


class TrialForm(forms.Form):
    """Values one a line, as on the command line."""

    serial = forms.CharField(label="Номер счётчика", max_length=40)
    supplier = forms.ModelChoiceField(
        label="Поставщик", queryset=Supplier.objects.order_by("name"), required=False, empty_label="любой"
    )
    taken_on = forms.DateField(label="Снято", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    typed = forms.CharField(
        label="Показания",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Код шкалы и значение, по одной шкале в строке: 1=12896",
    )

    def clean_typed(self) -> dict[str, str]:
        lines = [line.strip() for line in re.split(r"[\n;]+", self.cleaned_data["typed"]) if line.strip()]
        pairs = [line.partition("=") for line in lines]
        if not all(code.strip() and sign for code, sign, _ in pairs):
            raise forms.ValidationError("Напишите так: 1=12896, каждую шкалу с новой строки.")
        return {code.strip(): value.strip() for code, _, value in pairs}


def verify_receipt_view(request: HttpRequest, site: AdminSite, may_view: bool) -> HttpResponse:
    """Number and code in, true or false out; a false pair tells nothing of the receipt."""
    _guard(may_view)
    form = VerifyForm(request.POST or None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        found = find_for_verification(form.cleaned_data["receipt"].strip())
        is_true = found is not None and is_code_of(found, form.cleaned_data["code"])
        context = {"is_judged": True, "submission": found if is_true else None}
    return _show(request, site, "verify_receipt", "Проверить квитанцию", {"form": form, **context})


def try_reading_view(request: HttpRequest, site: AdminSite, may_view: bool) -> HttpResponse:
    """Judge a value as if it had just been sent; nothing is written."""
    _guard(may_view)
    today = timezone.localdate()
    form = TrialForm(request.POST or None, initial={"taken_on": today})
    trial = place = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        places = find_installations(given["serial"], given["supplier"].code if given["supplier"] else "")
        if len(places) == 1:
            place = places[0]
            trial = try_reading(place, given["typed"], taken_on=given["taken_on"] or today, today=today)
        else:
            several = "Таких счётчиков несколько: выберите поставщика."
            form.add_error("serial", several if places else "Такого счётчика нет.")
    context = {"form": form, "trial": trial, "place": place}
    return _show(request, site, "try_reading", "Проверить показание", context)


def _guard(may_view: bool) -> None:
    if not may_view:
        raise PermissionDenied


def _show(request: HttpRequest, site: AdminSite, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
    shown = {**site.each_context(request), "title": title, "opts": Submission._meta, **context}
    return TemplateResponse(request, f"admin/meters/submission/{name}.html", shown)
