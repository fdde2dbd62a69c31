"""Staff bring packages, see how far they are, and say what to do with them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts.audit.staff_views import WatchedAdmin
from accounts.residents import staff_of
from billing import staff_scope
from exchange import operations, workbook_template
from exchange.arrived_packages import find_arrived
from exchange.models import Arrival, ImportRun
from exchange.package_uploads import PackageUploadHandler
from exchange.packages import UnreadablePackage
from exchange.progress_words import describe_progress
from exchange.staff_access import ReadOnlyAdmin, name_moment, name_period
from exchange.staff_forms import PackageForm, WishForm

TONES: dict[str, str] = {
    Arrival.Status.BROUGHT: " staff-badge--waiting",
    Arrival.Status.DONE: " staff-badge--good",
    Arrival.Status.FAILED: " staff-badge--bad",
}
RUN_TONES: dict[str, str] = {
    ImportRun.Status.APPLIED: " staff-badge--good",
    ImportRun.Status.CHECKED: " staff-badge--good",
    ImportRun.Status.HELD: " staff-badge--waiting",
    ImportRun.Status.FAILED: " staff-badge--bad",
}


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin, WatchedAdmin):
    list_display = ["name", "supplier_code", "month", "state", "size_in_words", "way", "came"]
    empty_words = "Пакетов ещё не было. Принесите первый здесь или положите его в папку обмена."
    list_filter = ["status", "way", "supplier_code"]
    list_select_related = ["run"]
    ordering = ["-pk"]
    show_full_result_count = False
    change_list_template = "admin/exchange/arrival/list.html"
    change_form_template = "admin/exchange/arrival/work.html"
    fields = ()

    @admin.display(description="состояние", ordering="status")
    def state(self, arrival: Arrival) -> SafeString:
        words, tone = arrival.get_status_display(), TONES.get(arrival.status, "")
        if arrival.run and arrival.status in (Arrival.Status.DONE, Arrival.Status.BROUGHT):
            words, tone = arrival.run.get_status_display(), RUN_TONES.get(arrival.run.status, "")
        return format_html('<span class="staff-badge{}">{}</span>', tone, words)

    @admin.display(description="период", ordering="period")
    def month(self, arrival: Arrival) -> str:
        return name_period(arrival.period)

    @admin.display(description="поступил", ordering="received_at")
    def came(self, arrival: Arrival) -> str:
        return name_moment(arrival.received_at)

    @admin.display(description="размер", ordering="size")
    def size_in_words(self, arrival: Arrival) -> str:
        return filesizeformat(arrival.size) if arrival.size else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Arrival]:
        """Those of the suppliers one serves whole, and what one brought oneself."""
        staff = staff_of(request)
        own = Q(brought_by=staff)
        return super().get_queryset(request).filter(staff_scope.within_suppliers(staff, "supplier_code") | own)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("template/", view(self.template_view), name="exchange_arrival_template"),
            path("bring/", view(csrf_exempt(self.bring_view)), name="exchange_arrival_bring"),
            path("<int:arrival_id>/wish/", view(require_POST(self.wish_view)), name="exchange_arrival_wish"),
            path("<int:arrival_id>/progress/", view(self.progress_view), name="exchange_arrival_progress"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": "Поступившие пакеты", "may_bring": _may_bring(request), "form": PackageForm()}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        arrivals = self.get_queryset(request).select_related("run", "brought_by")
        arrival = arrivals.filter(pk=object_id).first() if object_id.isdecimal() else None
        context = {"title": "Поступивший пакет"} | (_get_context(request, arrival) if arrival else {})
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """The workbook to fill in."""
        if not _may_bring(request):
            raise PermissionDenied
        disposition = f'attachment; filename="{workbook_template.NAME}"'
        headers = {"Content-Disposition": disposition}
        return HttpResponse(workbook_template.make_template(), content_type=workbook_template.TYPE, headers=headers)

    def bring_view(self, request: HttpRequest) -> HttpResponse:
        """The handler must stand before the body is read, so before the token of the form is."""
        if not _may_bring(request) or request.method != "POST":
            raise PermissionDenied
        handler = PackageUploadHandler(request)
        request.upload_handlers = [handler]
        try:
            return csrf_protect(self._take_brought)(request, handler)
        finally:
            handler.discard()

    def _take_brought(self, request: HttpRequest, handler: PackageUploadHandler) -> HttpResponse:
        form = PackageForm(request.POST, request.FILES, refused=handler.refused)
        if not form.is_valid() or handler.path is None:
            return self._tell_refused(request, str(form.errors["package"][0]))
        try:
            arrival = operations.bring_package(
                path=handler.path,
                name=str(form.cleaned_data["package"].name),
                staff=staff_of(request),
                at=timezone.now(),
            )
        except UnreadablePackage as error:
            return self._tell_refused(request, f"Пакет не принят. {error}")
        self.log_addition(request, arrival, "Принесён пакет")
        return _lead_to(request, reverse("admin:exchange_arrival_change", args=[arrival.pk]))

    def _tell_refused(self, request: HttpRequest, words: str) -> HttpResponse:
        self.message_user(request, words, messages.ERROR)
        return _lead_to(request, reverse("admin:exchange_arrival_changelist"))

    def wish_view(self, request: HttpRequest, arrival_id: int) -> HttpResponse:
        if not _may_bring(request):
            raise PermissionDenied
        arrival = get_object_or_404(self.get_queryset(request), pk=arrival_id)
        form = WishForm(request.POST)
        if not form.is_valid():
            self.message_user(request, "Выберите, что сделать с пакетом.", messages.ERROR)
            return redirect("admin:exchange_arrival_change", arrival.pk)
        staff, at, wish = staff_of(request), timezone.now(), form.cleaned_data["wish"]
        try:
            if wish == "cancel":
                operations.cancel_arrival(arrival_id=arrival.pk, staff=staff, at=at)
            elif wish == "drop":
                operations.drop_arrival(arrival_id=arrival.pk, staff=staff, at=at)
            else:
                operations.wish_for_arrival(arrival_id=arrival.pk, wish=wish, staff=staff, at=at)
        except operations.NotPossibleNow as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.log_change(request, arrival, dict(WishForm.WISHES)[wish])
        return redirect("admin:exchange_arrival_change", arrival.pk)

    def progress_view(self, request: HttpRequest, arrival_id: int) -> HttpResponse:
        """What the page asks for while an import goes on; when it is over, the page is fetched anew."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        arrival = get_object_or_404(self.get_queryset(request).select_related("run", "brought_by"), pk=arrival_id)
        if not arrival.is_under_way:
            return HttpResponse("<div data-poll-reload></div>")
        return render(request, "admin/exchange/arrival/_progress.html", get_progress(arrival))


def get_progress(arrival: Arrival) -> dict[str, Any]:
    """What `admin/exchange/arrival/_progress.html` shows."""
    told = describe_progress(arrival.progress) if arrival.status == Arrival.Status.RUNNING else None
    return {"arrival": arrival, "told": told}


def _get_context(request: HttpRequest, arrival: Arrival) -> dict[str, Any]:
    run = arrival.run
    is_there = arrival.can_be_wished and find_arrived(arrival).exists()
    return get_progress(arrival) | {
        "month": name_period(arrival.period),
        "run": run,
        "run_url": reverse("admin:exchange_importrun_change", args=[run.pk]) if run else "",
        "may_wish": _may_bring(request) and is_there,
        "may_cancel": _may_bring(request) and arrival.is_under_way and not arrival.wants_cancel,
        "is_clean": run is not None and run.status == ImportRun.Status.CHECKED,
    }


def _lead_to(request: HttpRequest, url: str) -> HttpResponse:
    """A script that sent the file goes there itself, so that the page is fetched once, with its messages."""
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"url": url})
    return redirect(url)


def _may_bring(request: HttpRequest) -> bool:
    return staff_of(request).has_perm("exchange.add_arrival")
