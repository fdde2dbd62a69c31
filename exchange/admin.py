"""Staff see what came from billing systems and what was refused, and decide about what is held."""

from itertools import chain
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.audit.staff_views import TooManyStaffExports, record_export
from accounts.residents import staff_of
from billing.staff_access import SupplierRowsAdmin
from exchange import operations
from exchange.csv_cells import join_cells
from exchange.models import Arrival, HoldDecision, ImportRun, RejectedRow
from exchange.staff_access import ReadOnlyAdmin, name_moment, name_period
from exchange.staff_arrivals import ArrivalAdmin, get_progress
from exchange.staff_batches import ExportBatchAdmin
from exchange.staff_forms import DecisionForm
from exchange.staff_reconciliation import ReconciliationAdmin
from exchange.staff_thresholds import GateThresholdAdmin

__all__ = [
    "ArrivalAdmin",
    "ExportBatchAdmin",
    "GateThresholdAdmin",
    "ImportRunAdmin",
    "ReconciliationAdmin",
    "RejectedRowAdmin",
]

SHOWN_ROWS = 100
REJECT_COLUMNS = ("file", "line", "column", "value", "reason")
TONES: dict[str, str] = {
    ImportRun.Status.APPLIED: " staff-badge--good",
    ImportRun.Status.HELD: " staff-badge--waiting",
    ImportRun.Status.LET_IN: " staff-badge--waiting",
    ImportRun.Status.FAILED: " staff-badge--bad",
}
SAID: dict[str, str] = {
    HoldDecision.Decision.LET_IN: "Пакет впущен. Ниже видно, как он загружается.",
    HoldDecision.Decision.REFUSE: "Пакету отказано, ничего не изменилось.",
}


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin, SupplierRowsAdmin):
    path_to_supplier = "supplier_code"
    list_display = ["source", "supplier_code", "month", "state", "began", "ended", "rejected"]
    list_display_links = ["source"]
    empty_words = "Ни одного пакета ещё не загружали."
    list_filter = ["status", "supplier_code"]
    ordering = ["-pk"]
    show_full_result_count = False
    change_form_template = "admin/exchange/importrun/work.html"
    fields = ()

    @admin.display(description="состояние", ordering="status")
    def state(self, run: ImportRun) -> SafeString:
        said = run.get_status_display() + (", только проверка" if run.is_dry_run else "")
        return format_html('<span class="staff-badge{}">{}</span>', TONES.get(run.status, ""), said)

    @admin.display(description="отклонено строк")
    def rejected(self, run: ImportRun) -> int:
        return sum(counts.get("rejected", 0) for counts in run.counts.values())

    @admin.display(description="период", ordering="period")
    def month(self, run: ImportRun) -> str:
        return name_period(run.period)

    @admin.display(description="начат", ordering="started_at")
    def began(self, run: ImportRun) -> str:
        return name_moment(run.started_at)

    @admin.display(description="закончен", ordering="finished_at")
    def ended(self, run: ImportRun) -> str:
        return name_moment(run.finished_at)

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(require_POST(self.decide_view))
        rejects = self.admin_site.admin_view(self.rejects_view)
        return [
            path("<int:run_id>/decide/", decide, name="exchange_importrun_decide"),
            path("<int:run_id>/rejects/", rejects, name="exchange_importrun_rejects"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Загрузки реестров"} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None
        context: dict[str, Any] = {
            "title": "Загрузка реестра",
            "run": run,
            "decisions": run.decisions.select_related("staff").order_by("pk") if run else (),
            "newer": _get_newer(run) if run else None,
            "state": self.state(run) if run else "",
            "month": name_period(run.period) if run else "",
            "rejected_rows": run.rejected_rows.order_by("file", "line")[:SHOWN_ROWS] if run else (),
            "rejected": self.rejected(run) if run else 0,
            "decision_form": DecisionForm(),
            "may_decide": run is not None and run.can_be_decided and _may_decide(request),
        }
        if run and (let_in := run.arrivals.filter(way=Arrival.Way.LET_IN).order_by("pk").last()):
            context |= get_progress(let_in) | {"may_watch": staff_of(request).has_perm("exchange.view_arrival")}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def rejects_view(self, request: HttpRequest, run_id: int) -> StreamingHttpResponse | HttpResponse:
        """All refused rows that were kept, for who made the package."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(self.get_queryset(request), pk=run_id)
        rows = run.rejected_rows.order_by("file", "line").values_list(*REJECT_COLUMNS).iterator()
        try:
            kept = run.rejected_rows.count()
            record_export(staff=staff_of(request), page="отклонённые строки", rows=kept, at=timezone.now())
        except TooManyStaffExports as error:
            self.message_user(request, str(error), messages.WARNING)
            return redirect(reverse("admin:exchange_importrun_change", args=[run.pk]))
        self.log_change(request, run, "Скачаны отклонённые строки")
        return StreamingHttpResponse(
            chain([join_cells(REJECT_COLUMNS)], (join_cells(map(str, row)) for row in rows)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="rejects-{run.pk}.csv"'},
        )

    def decide_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        if not _may_decide(request):
            raise PermissionDenied
        run = get_object_or_404(self.get_queryset(request), pk=run_id)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                self.message_user(request, str(errors[0]), messages.ERROR)
            return redirect(reverse("admin:exchange_importrun_change", args=[run.pk]))
        try:
            made = operations.decide_on_package(
                run_id=run.pk, staff=staff_of(request), at=timezone.now(), **form.cleaned_data
            )
        except operations.NotPossibleNow as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.log_change(request, run, str(made))
            self.message_user(request, SAID[made.decision], messages.SUCCESS)
        return redirect(reverse("admin:exchange_importrun_change", args=[run.pk]))


def _get_newer(run: ImportRun) -> ImportRun | None:
    """A package made later that is already applied: what this one says may be out of date."""
    applied = ImportRun.objects.filter(supplier_code=run.supplier_code, status=ImportRun.Status.APPLIED)
    return applied.filter(made_at__gt=run.made_at).order_by("-made_at").first() if run.made_at else None


def _may_decide(request: HttpRequest) -> bool:
    return staff_of(request).has_perm("exchange.change_importrun")


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin, SupplierRowsAdmin):
    path_to_supplier = "run__supplier_code"
    list_display = ["run", "file", "line", "column", "value", "reason"]
    list_filter = ["file"]
    empty_words = "Отклонённых строк нет: всё, что прислали, загрузилось."
    list_select_related = ["run"]
    ordering = ["-run", "file", "line"]
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Отклонённые строки"} | (extra_context or {}))
