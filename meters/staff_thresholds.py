"""The page «Пороги проверки»: other thresholds tried on last year's readings, and set for a supplier with a reason."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.residents import staff_of
from billing import staff_scope
from billing.models import Supplier
from meters import operations
from meters.models import CheckThresholds, Submission
from meters.plausibility import Thresholds
from meters.queries.past_readings import get_past_readings
from meters.queries.thresholds import get_thresholds, make_thresholds
from meters.simulation import simulate
from meters.staff_threshold_form import ThresholdsForm


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
