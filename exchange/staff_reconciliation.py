"""«Сверка»: by supplier and month, what the portal holds beside what the billing system made of it."""

from collections.abc import Iterator
from itertools import chain, groupby
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from accounts.audit.staff_views import TooManyStaffExports, record_export
from accounts.residents import staff_of
from billing.models import PersonalAccount, Service
from billing.staff_access import SupplierRowsAdmin
from exchange import operations
from exchange.csv_cells import join_cells
from exchange.figures import BY_CODE, FIGURES, Figure
from exchange.models import Reconciliation
from exchange.staff_access import ReadOnlyAdmin, name_moment

SHOWN, CHUNK = 100, 5000
COLUMNS = ("account", "what", "said")
WORDS: dict[str, str] = {str(value): str(label) for value, label in [*Service.choices, *PersonalAccount.Status.choices]}
Row = tuple[int, int, str, str, str]
"""Key, row of the page it leads to, personal account, what, what is said of it."""


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin, SupplierRowsAdmin):
    list_display = ["month", "supplier", "accounts", "sent", "handed_over", "billed", "otherwise", "counted"]
    empty_words = "Сверять пока нечего: ни одного пакета ещё не загрузили."
    list_display_links = ["month"]
    list_filter = [("supplier", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["supplier"]
    ordering = ["-period", "supplier__name"]
    show_full_result_count = False

    @admin.display(description="месяц", ordering="period")
    def month(self, row: Reconciliation) -> str:
        return date_format(row.period, "F\u00a0Y").lower()

    @admin.display(description="лицевых счетов")
    def accounts(self, row: Reconciliation) -> int | None:
        return _get(row, "accounts")

    @admin.display(description="передач")
    def sent(self, row: Reconciliation) -> int | None:
        return _get(row, "submissions")

    @admin.display(description="выгружено")
    def handed_over(self, row: Reconciliation) -> int | None:
        return _get(row, "handed_over")

    @admin.display(description="учтено")
    def billed(self, row: Reconciliation) -> int | None:
        return _get(row, "billed_as_sent")

    @admin.display(description="в счёте другое")
    def otherwise(self, row: Reconciliation) -> int | None:
        return _get(row, "billed_otherwise")

    @admin.display(description="посчитано", ordering="counted_at")
    def counted(self, row: Reconciliation) -> str:
        return name_moment(row.counted_at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "exchange_reconciliation"
        return [
            path("<int:pk>/count/", view(require_POST(self.count_view)), name=f"{name}_count"),
            path("<int:pk>/figures.csv", view(self.csv_view), name=f"{name}_csv"),
            path("<int:pk>/rows/<slug:code>/", view(self.rows_view), name=f"{name}_rows"),
            path("<int:pk>/rows/<slug:code>.csv", view(self.rows_csv_view), name=f"{name}_rows_csv"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Сверка с поставщиками"} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self._get_row(request, int(object_id) if object_id.isdecimal() else 0)
        known = [(figure, row.figures[figure.code]) for figure in FIGURES if figure.code in row.figures]
        groups = [(title, list(group)) for title, group in groupby(known, key=lambda pair: pair[0].group)]
        return self._show(request, row, "work", {"groups": groups})

    def count_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._get_row(request, pk)
        operations.ask_for_reconciliation(supplier_id=row.supplier_id, period=row.period, at=timezone.now())
        self.message_user(request, "Считаем заново. Обновите страницу через несколько секунд.", messages.INFO)
        return redirect("admin:exchange_reconciliation_change", pk)

    def csv_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        row = self._get_row(request, pk)
        lines = [("group", "code", "title", "count")]
        lines += [
            (figure.group, figure.code, figure.title, str(row.figures[figure.code]))
            for figure in FIGURES
            if figure.code in row.figures
        ]
        return _send((join_cells(line) for line in lines), f"{_name(row)}.csv")

    def rows_view(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        row, figure = self._get_row(request, pk), _get_figure(code)
        after = request.GET.get("after", "")
        found = read_rows(figure, row, int(after) if after.isdecimal() else 0, SHOWN + 1)
        self.record_view_of(request, row)
        shown = [
            (
                reverse(f"admin:{figure.leads_to}_change", args=[place]),
                account,
                WORDS.get(what, what),
                WORDS.get(said, said),
            )
            for _, place, account, what, said in found[:SHOWN]
        ]
        older = found[SHOWN - 1][0] if len(found) > SHOWN else None
        context = {"figure": figure, "rows": shown, "next": older, "is_first": not after}
        return self._show(request, row, "rows", context)

    def rows_csv_view(self, request: HttpRequest, pk: int, code: str) -> StreamingHttpResponse | HttpResponse:
        row, figure = self._get_row(request, pk), _get_figure(code)
        try:
            rows = row.figures.get(figure.code) or 0
            record_export(
                staff=staff_of(request), page="сверка", rows=rows, supplier=row.supplier.name, at=timezone.now()
            )
        except TooManyStaffExports as error:
            self.message_user(request, str(error), messages.WARNING)
            return redirect("admin:exchange_reconciliation_change", pk)
        self.log_change(request, row, f"Скачаны строки «{figure.title}»")
        lines = (join_cells((account, what, said or "")) for _, _, account, what, said in _read_all(figure, row))
        return _send(chain([join_cells(COLUMNS)], lines), f"{_name(row)}-{figure.code}.csv")

    def _get_row(self, request: HttpRequest, pk: int) -> Reconciliation:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row: Reconciliation = get_object_or_404(self.get_queryset(request).select_related("supplier"), pk=pk)
        return row

    def _show(self, request: HttpRequest, row: Reconciliation, page: str, more: dict[str, Any]) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Сверка: {row.supplier}, {self.month(row)}",
            "opts": self.opts,
            "row": row,
            **more,
        }
        return TemplateResponse(request, f"admin/exchange/reconciliation/{page}.html", context)


def _get(row: Reconciliation, code: str) -> int | None:
    count: int | None = row.figures.get(code)
    return count


def _get_figure(code: str) -> Figure:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def read_rows(figure: Figure, row: Reconciliation, after: int, limit: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(figure.page, {"supplier": row.supplier_id, "period": row.period, "after": after, "limit": limit})
        found: list[Row] = cursor.fetchall()
    return found


def _read_all(figure: Figure, row: Reconciliation) -> Iterator[Row]:
    after = 0
    while found := read_rows(figure, row, after, CHUNK):
        yield from found
        after = found[-1][0]


def _name(row: Reconciliation) -> str:
    return f"reconciliation-{row.supplier.code}-{row.period:%Y-%m}"


def _send(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
