"""Staff see what went to billing systems, take the files, and gather new batches."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.audit.staff_views import TooManyStaffExports, record_export
from accounts.residents import staff_of
from billing import staff_scope
from billing.staff_access import SupplierRowsAdmin
from exchange import operations
from exchange.models import ExportBatch, ExportedSubmission
from exchange.packages import UnreadablePackage
from exchange.readings_out import DOWNLOADS
from exchange.staff_access import ReadOnlyAdmin, name_moment
from exchange.staff_forms import ReplyForm
from meters import operations as meters

SHOWN_ROWS, SHOWN_REJECTS = 100, 10
TONES = {"answered": " staff-badge--good", "partly_answered": " staff-badge--waiting", "sent": " staff-badge--waiting"}


@admin.register(ExportBatch)
class ExportBatchAdmin(ReadOnlyAdmin, SupplierRowsAdmin):
    list_display = [
        "__str__",
        "month",
        "gathered",
        "submissions",
        "state",
        "acknowledged",
        "refused",
        "files",
    ]
    list_filter = ["status", ("supplier", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["supplier"]
    ordering = ["-pk"]
    show_full_result_count = False
    empty_words = "Выгрузок ещё не было."
    change_list_template = "admin/exchange/exportbatch/list.html"
    readonly_fields = fields = (
        "supplier",
        "number",
        "month",
        "created_at",
        "submissions",
        "rows",
        "state",
        "acknowledged",
        "refused",
        "answered_at",
        "files",
        "first_refused",
    )

    @admin.display(description="за месяц", ordering="period")
    def month(self, batch: ExportBatch) -> str:
        return date_format(batch.period, "F Y").lower()

    @admin.display(description="собрана", ordering="created_at")
    def gathered(self, batch: ExportBatch) -> str:
        return name_moment(batch.created_at)

    @admin.display(description="состояние", ordering="status")
    def state(self, batch: ExportBatch) -> SafeString:
        tone = TONES.get(batch.status, "")
        return format_html('<span class="staff-badge{}">{}</span>', tone, batch.get_status_display())

    @admin.display(description="файлы")
    def files(self, batch: ExportBatch) -> SafeString:
        return format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            (
                (
                    reverse("admin:exchange_exportbatch_download", args=[batch.pk, name]),
                    name.rpartition(".")[2].upper(),
                )
                for name in DOWNLOADS
            ),
        )

    @admin.display(description="не принято поставщиком")
    def first_refused(self, batch: ExportBatch) -> SafeString | str:
        rows = batch.exported.filter(status=ExportedSubmission.Status.REFUSED).select_related("submission")
        found = format_html_join(
            "",
            '<div><a href="{}">{}</a>: {}</div>',
            (
                (reverse("admin:meters_submission_change", args=[row.submission_id]), row.submission, row.reason)
                for row in rows.order_by("pk")[:SHOWN_ROWS]
            ),
        )
        return found or "нет"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("reply/", view(require_POST(self.reply_view)), name="exchange_exportbatch_reply"),
            path("gather/", view(require_POST(self.gather_view)), name="exchange_exportbatch_gather"),
            path("<int:batch_id>/<str:name>/download/", view(self.download_view), name="exchange_exportbatch_download"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        ready = [
            (supplier, meters.count_ready_to_hand_over(supplier.pk))
            for supplier in staff_scope.get_suppliers(staff_of(request), whole=True)
        ]
        context = {
            "ready": [(supplier, count) for supplier, count in ready if count],
            "may_gather": _may_gather(request),
            "reply_form": ReplyForm(),
            "title": "Выгрузки показаний",
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {"title": "Выгрузка показаний"} | (extra_context or {})
        )

    def gather_view(self, request: HttpRequest) -> HttpResponse:
        if not _may_gather(request):
            raise PermissionDenied
        in_scope = staff_scope.get_suppliers(staff_of(request), whole=True)
        supplier = get_object_or_404(in_scope, code=request.POST.get("supplier", ""))
        batches = operations.export_readings(supplier=supplier, at=timezone.now())
        for batch in batches:
            self.log_addition(request, batch, "Собрана выгрузка показаний")
        if batches:
            names = ", ".join(str(batch) for batch in batches)
            self.message_user(
                request,
                f"Собрано: {names}. Скачайте файл ниже, в столбце «файлы», и передайте поставщику.",
                messages.SUCCESS,
            )
        else:
            self.message_user(request, "Новых принятых показаний нет.", messages.INFO)
        return redirect("admin:exchange_exportbatch_changelist")

    def reply_view(self, request: HttpRequest) -> HttpResponse:
        if not _may_gather(request):
            raise PermissionDenied
        form = ReplyForm(request.POST, request.FILES)
        if not form.is_valid():
            self.message_user(request, str(form.errors["reply"][0]), messages.ERROR)
            return redirect("admin:exchange_exportbatch_changelist")
        with NamedTemporaryFile(suffix=".csv") as file:
            for chunk in form.cleaned_data["reply"].chunks():
                file.write(chunk)
            file.flush()
            try:
                answered = operations.take_reply(
                    Path(file.name),
                    at=timezone.now(),
                    suppliers=staff_scope.get_suppliers(staff_of(request), whole=True),
                )
            except UnreadablePackage as error:
                self.message_user(request, f"Ответ не прочитан. {error}", messages.ERROR)
            else:
                self._tell_answered(request, answered)
        return redirect("admin:exchange_exportbatch_changelist")

    def _tell_answered(self, request: HttpRequest, answered: operations.Answered) -> None:
        said = f"Подтверждено {answered.acknowledged}, не принято {answered.refused}, было известно {answered.same}."
        self.message_user(request, said, messages.SUCCESS)
        for row in answered.rejects[:SHOWN_REJECTS]:
            self.message_user(request, f"Строка {row.line}, «{row.value}»: {row.reason}", messages.WARNING)
        if len(answered.rejects) > SHOWN_REJECTS:
            self.message_user(request, f"Всего не прочитано строк: {len(answered.rejects)}.", messages.WARNING)

    def download_view(self, request: HttpRequest, batch_id: int, name: str) -> StreamingHttpResponse | HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = get_object_or_404(self.get_queryset(request).select_related("supplier"), pk=batch_id)
        if name not in DOWNLOADS:
            raise Http404
        content_type, compose = DOWNLOADS[name]
        try:
            record_export(
                staff=staff_of(request),
                page="выгрузка показаний",
                rows=batch.rows,
                supplier=batch.supplier.name,
                at=timezone.now(),
            )
        except TooManyStaffExports as error:
            self.message_user(request, str(error), messages.WARNING)
            return redirect("admin:exchange_exportbatch_changelist")
        self.log_change(request, batch, f"Скачан {name}")
        return StreamingHttpResponse(
            compose(batch),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{batch}-{name}"'},
        )


def _may_gather(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm("exchange.add_exportbatch"))
