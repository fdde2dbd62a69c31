"""Meters and readings as staff see them: facts of the supplier, read only."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.audit.staff_views import WatchedAdmin
from accounts.residents import staff_of
from billing import staff_scope
from billing.staff_access import get_holders
from meters.models import Installation, Meter, Reading, Scale
from meters.staff_lists import LongListAdmin, find_meters


class FactsAdmin(LongListAdmin, WatchedAdmin):
    """Facts of the supplier: an edit would be overwritten by the next registry."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InstallationInline(admin.TabularInline[Installation, Meter]):
    model = Installation
    can_delete = False
    extra = max_num = 0
    raw_id_fields = ["account"]


class ScaleInline(admin.TabularInline[Scale, Meter]):
    model = Scale
    can_delete = False
    extra = max_num = 0


@admin.register(Meter)
class MeterAdmin(FactsAdmin):
    list_display = ["serial", "registration", "model", "supplier", "status", "verified_until"]
    list_filter = ["supplier", "status"]
    list_select_related = ["supplier"]
    search_fields = ["registration"]
    search_help_text = "Номер на корпусе, регистрационный номер или лицевой счёт"
    exclude = ["serial_key"]
    inlines = [InstallationInline, ScaleInline]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meter]:
        return super().get_queryset(request).filter(_within(request, "pk"))

    def asks_reason(self, row: Meter) -> bool:
        return row.supplier.asks_view_reason

    def get_people(self, row: Meter) -> Iterable[int]:
        return _get_people(row)

    def get_supplier_name(self, row: Meter) -> str:
        return row.supplier.name

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Meter], search_term: str
    ) -> tuple[QuerySet[Meter], bool]:
        return find_meters(queryset, search_term, ""), False


@admin.register(Reading)
class ReadingAdmin(FactsAdmin):
    list_display = ["meter", "scale", "taken_on", "value", "kind", "source"]
    list_filter = ["kind", "source"]
    list_select_related = ["meter", "scale"]
    search_fields = ["meter__registration"]
    search_help_text = "Номер на корпусе, регистрационный номер или лицевой счёт"
    raw_id_fields = ["meter", "scale", "submission"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reading]:
        return super().get_queryset(request).filter(_within(request, "meter_id"))

    def asks_reason(self, row: Reading) -> bool:
        return row.meter.supplier.asks_view_reason

    def get_people(self, row: Reading) -> Iterable[int]:
        return _get_people(row.meter)

    def get_supplier_name(self, row: Reading) -> str:
        return row.meter.supplier.name

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reading], search_term: str
    ) -> tuple[QuerySet[Reading], bool]:
        return find_meters(queryset, search_term, "meter__"), False


def _within(request: HttpRequest, path_to_meter: str) -> Q:
    """Meters that stand, or stood, at accounts in the scope of the staff."""
    accounts = staff_scope.within(staff_of(request))
    if accounts is staff_scope.EVERYTHING:
        return accounts
    return Q(**{f"{path_to_meter}__in": Installation.objects.filter(accounts).values("meter_id")})


def _get_people(meter: Meter) -> list[int]:
    """Who holds the account at which the meter stands."""
    return get_holders(meter.installations.filter(removed_on=None).values_list("account_id", flat=True))
