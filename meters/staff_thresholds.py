"""The page «Пороги проверки»: other thresholds tried on last year's readings, and set for a supplier with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.models import User
from accounts.residents import staff_of
from billing import staff_scope
from billing.models import Supplier
from meters import operations
from meters.models import CheckThresholds, Submission
from meters.plausibility import Thresholds
from meters.queries.past_readings import get_past_readings
from meters.queries.thresholds import get_thresholds, make_thresholds
from meters.simulation import simulate

FIGURES = ("high", "very_high", "floor_kwh", "floor_m3")


class ThresholdsForm(forms.Form):
    supplier = forms.ModelChoiceField(label="Поставщик", queryset=Supplier.objects.none(), empty_label=None)
    high = forms.DecimalField(
        label="Спросить жителя, если расход больше обычного в",
        min_value=1,
        max_value=50,
        decimal_places=2,
        help_text="раз",
        widget=forms.NumberInput(attrs={"step": "0.5", "data-slider": ""}),
    )
    very_high = forms.DecimalField(
        label="Показать сотруднику, если больше в",
        min_value=1,
        max_value=100,
        decimal_places=2,
        help_text="раз",
        widget=forms.NumberInput(attrs={"step": "0.5", "data-slider": ""}),
    )
    floor_kwh = forms.DecimalField(
        label="Не спрашивать об электричестве меньше",
        min_value=0,
        max_value=2000,
        decimal_places=2,
        help_text="кВт·ч",
        widget=forms.NumberInput(attrs={"step": "10", "data-slider": ""}),
    )
    floor_m3 = forms.DecimalField(
        label="Не спрашивать о воде меньше",
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text="м³",
        widget=forms.NumberInput(attrs={"step": "0.5", "data-slider": ""}),
    )
    reason = forms.CharField(
        label="Почему",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Нужно, чтобы сохранить: останется рядом с решением.",
    )

    def __init__(self, *args: Any, staff: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].queryset = staff_scope.get_suppliers(staff, whole=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        high, very_high = cleaned.get("high"), cleaned.get("very_high")
        if high is not None and very_high is not None and very_high < high:
            self.add_error("very_high", "Этот порог не может быть меньше первого.")
        if "save" in self.data and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Напишите, почему меняете пороги.")
        return cleaned

    @property
    def figures(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIGURES}


def thresholds_view(request: HttpRequest, site: AdminSite, *, may_view: bool, may_set: bool) -> HttpResponse:
    """GET shows what holds; POST tries other figures, or with «save» sets them."""
    if not may_view:
        raise PermissionDenied
    staff, now = staff_of(request), timezone.now()
    suppliers = staff_scope.get_suppliers(staff, whole=True)
    asked = request.GET.get("supplier", "")
    supplier = suppliers.filter(pk=int(asked) if asked.isdecimal() else 0).first() or suppliers.first()
    form = ThresholdsForm(request.POST or None, staff=staff, initial=_read(supplier))
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        supplier = form.cleaned_data["supplier"]
        if "save" in request.POST:
            if not may_set:
                raise PermissionDenied
            reason = form.cleaned_data["reason"]
            operations.set_thresholds(supplier=supplier, reason=reason, staff=staff, at=now, **form.figures)
            messages.success(request, f"Пороги для «{supplier}» записаны и действуют со следующей проверки.")
            return redirect(f"{request.path}?supplier={supplier.pk}")
        sample = get_past_readings(supplier, timezone.localdate(now))
        context = {
            "sample": sample,
            "now": simulate(sample.cases, _get(supplier)),
            "then": simulate(sample.cases, make_thresholds(**form.figures)),
        }
    former = CheckThresholds.objects.filter(supplier=supplier).select_related("staff").order_by("-id")[:10]
    shown = {
        **site.each_context(request),
        "title": "Пороги проверки",
        "opts": Submission._meta,
        "form": form,
        "may_set": may_set,
        "former": former,
        **context,
    }
    return TemplateResponse(request, "admin/meters/submission/thresholds.html", shown)


def _get(supplier: Supplier) -> Thresholds:
    return get_thresholds([supplier.pk]).get(supplier.pk, Thresholds())


def _read(supplier: Supplier | None) -> dict[str, object]:
    if supplier is None:
        return {}
    held = _get(supplier)
    return {
        "supplier": supplier.pk,
        "high": held.high,
        "very_high": held.very_high,
        "floor_kwh": held.floors["кВт·ч"],
        "floor_m3": held.floors["м³"],
    }
