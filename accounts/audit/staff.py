"""«Состояние защиты»: alarms, how the limits stand, and the events themselves, which nobody can change."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import policies
from accounts.audit import queries
from accounts.audit.kinds import Kind, Result
from accounts.audit.models import SecurityEvent
from accounts.residents import staff_of

TONES: dict[str, str] = {
    Result.FAILED: " staff-badge--waiting",
    Result.LIMITED: " staff-badge--bad",
    Result.DENIED: " staff-badge--bad",
}


class KindFilter(admin.SimpleListFilter):
    title = "событие"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in Kind]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(SecurityEvent)
class SecurityEventAdmin(admin.ModelAdmin[SecurityEvent]):
    list_display = ["happened_at", "title", "outcome", "about", "by", "network_address", "said", "request_id"]
    list_display_links = None
    list_filter = [KindFilter, "result"]
    list_select_related = ["user", "staff"]
    list_per_page = 50
    ordering = ["-pk"]
    show_full_result_count = False
    actions = None
    change_list_template = "admin/accounts/securityevent/protection.html"

    @admin.display(description="событие")
    def title(self, event: SecurityEvent) -> str:
        return event.title

    @admin.display(description="итог", ordering="result")
    def outcome(self, event: SecurityEvent) -> SafeString:
        return format_html(
            '<span class="staff-badge{}">{}</span>', TONES.get(event.result, ""), event.get_result_display()
        )

    @admin.display(description="о ком")
    def about(self, event: SecurityEvent) -> str:
        return str(event.user) if event.user else ""

    @admin.display(description="сотрудник")
    def by(self, event: SecurityEvent) -> str:
        return str(event.staff) if event.staff else ""

    @admin.display(description="подробности")
    def said(self, event: SecurityEvent) -> str:
        return event.said

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SecurityEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SecurityEvent | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecurityEvent]:
        """Whoever does not work everywhere sees alarms and what he did himself."""
        staff, events = staff_of(request), super().get_queryset(request)
        if staff.has_perm("billing.work_everywhere"):
            return events
        return events.filter(Q(kind=Kind.ALARM) | Q(staff=staff))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        now = timezone.now()
        context = {
            "title": "Состояние защиты",
            "alarms": queries.get_alarms(at=now),
            "kinds": [
                (row.title, [row.results.get(result, 0) for result in Result.values])
                for row in queries.count_last_day(at=now)
            ],
            "results": Result.labels,
            "states": [state for state in policies.get_policy_states(at=now) if state.counted or state.stopped],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row says all it has in the list."""
        return redirect("admin:accounts_securityevent_changelist")
