"""Staff say from how much on packages of a supplier are held; each word is a row, and the newest holds."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.residents import staff_of
from billing import staff_scope
from billing.staff_access import SupplierRowsAdmin
from exchange.gate_models import GateThreshold
from exchange.thresholds import TITLES, Threshold, get_thresholds


class ThresholdForm(forms.ModelForm[GateThreshold]):
    code = forms.ChoiceField(label="Что сравнивается", choices=list(TITLES.items()))
    percent = forms.DecimalField(
        label="Больше такой доли, %",
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        localize=True,
        help_text="0 задерживает при любой доле, 100 не задерживает никогда.",
    )

    class Meta:
        model = GateThreshold
        fields = ("supplier", "code", "least", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}


@admin.register(GateThreshold)
class GateThresholdAdmin(SupplierRowsAdmin):
    form = ThresholdForm
    fields = ("supplier", "code", "percent", "least", "reason")
    list_display = ["title", "supplier", "threshold", "reason", "staff", "decided_at"]
    list_filter = [("supplier", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["supplier", "staff"]
    ordering = ["-pk"]
    show_full_result_count = False
    change_list_template = "admin/exchange/gatethreshold/list.html"

    @admin.display(description="что сравнивается")
    def title(self, row: GateThreshold) -> str:
        return TITLES.get(row.code, row.code)

    @admin.display(description="задерживаем, когда больше")
    def threshold(self, row: GateThreshold) -> str:
        return str(Threshold(row.share, row.least))

    def has_change_permission(self, request: HttpRequest, obj: GateThreshold | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: GateThreshold | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: GateThreshold | None = None) -> Any:
        return self.fields if obj is None else ("supplier", "title", "threshold", "reason", "staff", "decided_at")

    def get_readonly_fields(self, request: HttpRequest, obj: GateThreshold | None = None) -> Any:
        return () if obj is None else ("title", "threshold")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        suppliers = [
            (supplier, [(TITLES[code], str(threshold)) for code, threshold in get_thresholds(supplier.code).items()])
            for supplier in staff_scope.get_suppliers(staff_of(request), whole=True)
        ]
        context = {"title": "Когда пакет задерживается", "suppliers": suppliers}
        return super().changelist_view(request, context | (extra_context or {}))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "supplier":
            kwargs["queryset"] = staff_scope.get_suppliers(staff_of(request), whole=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: GateThreshold, form: Any, change: bool) -> None:
        obj.share = form.cleaned_data["percent"] / 100
        obj.staff, obj.decided_at = staff_of(request), timezone.now()
        super().save_model(request, obj, form, change)
        figures = {"what": f"threshold.{obj.code}", "threshold": obj.pk}
        record_event(Kind.STAFF_DECISION, staff=obj.staff, figures=figures, at=obj.decided_at)
