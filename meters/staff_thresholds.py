"""The page «Пороги проверки»: other thresholds tried on last year's readings, and set for a supplier with a reason.

A part of the readings answers at once; all of them are gone through by a worker, and what each trial came to stays.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounts.residents import staff_of
from billing import staff_scope
from billing.models import Supplier
from meters import operations
from meters.models import CheckThresholds, Submission, ThresholdTrial
from meters.plausibility import Thresholds
from meters.queries.past_readings import get_past_readings
from meters.queries.thresholds import get_thresholds, make_thresholds
from meters.simulation import Outcomes, simulate
from meters.staff_threshold_form import SLIDERS, ThresholdsForm

SHOWN = 8


@dataclass(frozen=True)
class TrialLine:
    """A trial on all readings: what it came to, beside what held when it was asked for."""

    trial: ThresholdTrial
    then: Outcomes
    now: Outcomes


def thresholds_view(request: HttpRequest, site: AdminSite, *, may_view: bool, may_set: bool) -> HttpResponse:
    """GET shows what holds; POST tries other figures on a part of the readings, with «run» on all, with «save» sets
    them."""
    if not may_view:
        raise PermissionDenied
    staff, now = staff_of(request), timezone.now()
    supplier = _choose_supplier(request)
    form = ThresholdsForm(request.POST or None, staff=staff, initial=_read(supplier, request.GET))
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        supplier = form.cleaned_data["supplier"]
        if {"save", "run"} & set(request.POST):
            if not may_set:
                raise PermissionDenied
            return _save(request, form) if "save" in request.POST else _run(request, form)
        sample = get_past_readings(supplier, timezone.localdate(now))
        context = {
            "sample": sample,
            "now": simulate(sample.cases, _get(supplier)),
            "then": simulate(sample.cases, make_thresholds(**form.figures)),
        }
    former = CheckThresholds.objects.filter(supplier=supplier).select_related("staff").order_by("-id")[:10]
    shown = {
        **site.each_context(request),
        **_list_trials(supplier, may_set=may_set),
        "title": "Пороги проверки",
        "opts": Submission._meta,
        "form": form,
        "former": former,
        **context,
    }
    return TemplateResponse(request, "admin/meters/submission/thresholds.html", shown)


def threshold_trials_view(request: HttpRequest, *, may_view: bool, may_set: bool) -> HttpResponse:
    """The trials of a supplier alone: what the page asks for while one is under way."""
    if not may_view:
        raise PermissionDenied
    context = _list_trials(_choose_supplier(request), may_set=may_set)
    return render(request, "admin/meters/submission/_threshold_trials.html", context)


def stop_trial_view(request: HttpRequest, trial_id: int, *, may_set: bool) -> HttpResponse:
    if not may_set:
        raise PermissionDenied
    suppliers = staff_scope.get_suppliers(staff_of(request), whole=True)
    trial = get_object_or_404(ThresholdTrial, pk=trial_id, supplier__in=suppliers)
    if operations.cancel_threshold_trial(trial_id=trial.pk, at=timezone.now()):
        messages.info(request, "Проба остановлена. То, что успели посчитать, осталось в таблице.")
    return _go_back(trial.supplier, "#trials")


def _save(request: HttpRequest, form: ThresholdsForm) -> HttpResponse:
    supplier, reason = form.cleaned_data["supplier"], form.cleaned_data["reason"]
    staff = staff_of(request)
    operations.set_thresholds(supplier=supplier, reason=reason, staff=staff, at=timezone.now(), **form.figures)
    messages.success(request, f"Пороги для «{supplier}» записаны и действуют со следующей проверки.")
    return _go_back(supplier)


def _run(request: HttpRequest, form: ThresholdsForm) -> HttpResponse:
    supplier, now = form.cleaned_data["supplier"], timezone.now()
    until = timezone.localdate(now)
    operations.start_threshold_trial(
        supplier=supplier, figures=form.figures, until=until, staff=staff_of(request), at=now
    )
    messages.info(request, "Считаем на всех показаниях года. Страницу можно закрыть: ответ останется в таблице.")
    return _go_back(supplier, "#trials")


def _go_back(supplier: Supplier, place: str = "") -> HttpResponse:
    return redirect(f"{reverse('admin:meters_submission_thresholds')}?supplier={supplier.pk}{place}")


def _choose_supplier(request: HttpRequest) -> Supplier | None:
    suppliers = staff_scope.get_suppliers(staff_of(request), whole=True)
    asked = request.GET.get("supplier", "")
    return suppliers.filter(pk=int(asked) if asked.isdecimal() else 0).first() or suppliers.first()


def _list_trials(supplier: Supplier | None, *, may_set: bool) -> dict[str, Any]:
    rows = ThresholdTrial.objects.filter(supplier=supplier).select_related("staff").order_by("-id")[:SHOWN]
    lines = [TrialLine(row, Outcomes(**row.outcomes), Outcomes(**row.held)) for row in rows]
    return {
        "trials": lines,
        "is_under_way": any(line.trial.is_under_way for line in lines),
        "tried_supplier": supplier,
        "may_set": may_set,
    }


def _get(supplier: Supplier) -> Thresholds:
    return get_thresholds([supplier.pk]).get(supplier.pk, Thresholds())


def _read(supplier: Supplier | None, asked: QueryDict) -> dict[str, object]:
    """What holds; figures in the address stand in its place, so that a trial can be looked at again and saved."""
    if supplier is None:
        return {}
    held = _get(supplier)
    return {
        "supplier": supplier.pk,
        "high": held.high,
        "very_high": held.very_high,
        "floor_kwh": held.floors["кВт·ч"],
        "floor_m3": held.floors["м³"],
        **{name: asked[name] for name in SLIDERS if name in asked},
    }
