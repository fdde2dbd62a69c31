"""The staff's queue of reports. Everything is decided by operations; the rows themselves are read-only here."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST

from accounts.residents import staff_of
from billing import account_numbers
from billing.staff_access import AccountAdmin
from meters.operations import ReplacementNotPossible
from support import operations, queries
from support.models import ErrorReport, ReplyTemplate
from support.numbers import read_report_number
from support.staff_filters import AgeFilter, HolderFilter, StateFilter
from support.staff_forms import AnswerForm, CloseForm, HolderForm

TONES = {"new": "waiting", "answered": "", "taken": "", "resolved": "good", "declined": "bad"}


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin[ReplyTemplate]):
    list_display = ["title", "purpose", "text"]
    list_filter = ["purpose"]


@admin.register(ErrorReport)
class ErrorReportAdmin(AccountAdmin):
    is_reason = "Ваше обращение"
    list_display = ["number", "reason", "account", "branch", "state", "age", "assigned_to"]
    list_filter = [StateFilter, HolderFilter, AgeFilter, "reason", ("branch", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["account", "branch", "assigned_to"]
    list_per_page = 50
    ordering = ["created_at"]
    search_fields = ["number"]
    search_help_text = "Номер обращения или лицевого счёта, как угодно записанный"
    actions = ["take_chosen"]

    @admin.display(description="состояние", ordering="status")
    def state(self, report: ErrorReport) -> str:
        tone = TONES[report.status]
        kind = f" staff-badge--{tone}" if tone else ""
        return format_html('<span class="staff-badge{}">{}</span>', kind, report.get_status_display())

    @admin.display(description="возраст", ordering="created_at")
    def age(self, report: ErrorReport) -> str:
        return timesince(report.created_at, depth=1)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ErrorReport], search_term: str
    ) -> tuple[QuerySet[ErrorReport], bool]:
        if not search_term.strip():
            return queryset, False
        number = read_report_number(search_term)
        digits = account_numbers.normalise_number(search_term)
        wanted = Q(number=number) if number else Q(number__endswith=digits)
        return queryset.filter(wanted | Q(account__digits=digits) | Q(account__number=search_term.strip())), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ErrorReport | None = None) -> bool:
        return False

    @admin.action(description="Взять выбранные", permissions=["change"])
    def take_chosen(self, request: HttpRequest, reports: QuerySet[ErrorReport]) -> None:
        staff = staff_of(request)
        taken = 0
        for report in reports:
            try:
                operations.take_report(
                    report_id=report.pk, staff=staff, holder_id=report.assigned_to_id, at=timezone.now()
                )
                taken += 1
            except (operations.ReportClosed, operations.ReportTakenByAnother) as error:
                self.message_user(request, f"{report.number}: {error}", messages.WARNING)
        self.message_user(request, f"Взято в работу: {taken}.", messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        """An address for each deed, beside the page that `change_view` draws."""
        deeds: dict[str, Callable[..., HttpResponse]] = {
            "take": self.take_view,
            "answer": self.answer_view,
            "resolve": self.resolve_view,
            "decline": self.decline_view,
            "replacement": self.replacement_view,
        }
        own = [
            path(
                f"<int:report_id>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"support_errorreport_{name}",
            )
            for name, view in deeds.items()
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Очередь обращений", **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = self._get_report(request, object_id)
        self.record_view_of(request, report)
        return self._show(request, report)

    def take_view(self, request: HttpRequest, report_id: int) -> HttpResponse:
        report = self._get_report_to_change(request, report_id)
        form = HolderForm(request.POST)
        holder_id = form.cleaned_data["holder"] if form.is_valid() else None
        return self._do(
            request,
            report,
            "Обращение у вас.",
            lambda at: operations.take_report(report_id=report.pk, staff=staff_of(request), holder_id=holder_id, at=at),
        )

    def answer_view(self, request: HttpRequest, report_id: int) -> HttpResponse:
        report = self._get_report_to_change(request, report_id)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._show(request, report, answer_form=form)
        text, key = form.cleaned_data["text"], form.cleaned_data["key"]
        return self._do(
            request,
            report,
            "Ответ отправлен: житель увидит его в уведомлениях.",
            lambda at: operations.answer_report(
                report_id=report.pk, staff=staff_of(request), text=text, key=key, at=at
            ),
        )

    def resolve_view(self, request: HttpRequest, report_id: int) -> HttpResponse:
        return self._close(request, report_id, operations.resolve_report, "Решено.", reason_required=False)

    def decline_view(self, request: HttpRequest, report_id: int) -> HttpResponse:
        return self._close(request, report_id, operations.decline_report, "Отклонено.", reason_required=True)

    def replacement_view(self, request: HttpRequest, report_id: int) -> HttpResponse:
        report = self._get_report_to_change(request, report_id)
        if queries.get_replacement(report) is None:
            raise Http404
        return self._do(
            request,
            report,
            "Замена подтверждена, новый счётчик уже в показаниях у жителя.",
            lambda at: operations.confirm_replacement(report_id=report.pk, staff=staff_of(request), at=at),
        )

    def _close(
        self,
        request: HttpRequest,
        report_id: int,
        operation: Callable[..., object],
        done: str,
        *,
        reason_required: bool,
    ) -> HttpResponse:
        report = self._get_report_to_change(request, report_id)
        form = CloseForm(request.POST, prefix="close", reason_required=reason_required)
        if not form.is_valid():
            return self._show(request, report, close_form=form)
        reason = form.cleaned_data["text"]
        return self._do(
            request,
            report,
            f"{done} Житель узнает об этом из уведомлений.",
            lambda at: operation(report_id=report.pk, staff=staff_of(request), reason=reason, at=at),
        )

    def _do(self, request: HttpRequest, report: ErrorReport, done: str, deed: Callable[[Any], object]) -> HttpResponse:
        """One operation, then the page of the report again with what came of it."""
        try:
            deed(timezone.now())
        except (operations.ReportClosed, operations.ReportTakenByAnother, ReplacementNotPossible) as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.log_change(request, report, done)
            self.message_user(request, done, messages.SUCCESS)
        return redirect(reverse("admin:support_errorreport_change", args=[report.pk]))

    def get_people(self, row: ErrorReport) -> Iterable[int]:
        return [row.user_id]

    def _get_report(self, request: HttpRequest, object_id: str | int) -> ErrorReport:
        rows = self.get_queryset(request).select_related("account__supplier", "branch", "assigned_to", "user", "meter")
        try:
            report: ErrorReport = rows.get(pk=object_id)
        except (ErrorReport.DoesNotExist, ValueError) as error:
            raise Http404 from error
        return report

    def _get_report_to_change(self, request: HttpRequest, report_id: int) -> ErrorReport:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return self._get_report(request, report_id)

    def _show(
        self,
        request: HttpRequest,
        report: ErrorReport,
        *,
        answer_form: AnswerForm | None = None,
        close_form: CloseForm | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Обращение {report.number}",
            "opts": self.opts,
            "report": report,
            "thread": queries.get_thread(report),
            "replacement": queries.get_replacement(report),
            "letter": queries.get_letter(report),
            "answer_form": answer_form or AnswerForm(),
            "close_form": close_form or CloseForm(prefix="close"),
            "may_change": self.has_change_permission(request),
            "is_mine": report.assigned_to_id == request.user.pk,
        }
        return TemplateResponse(request, "admin/support/errorreport/work.html", context)
