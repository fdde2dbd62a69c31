"""What staff see of billing. Facts come from the supplier's registry and are not edited here."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.audit.staff_views import WatchedAdmin
from accounts.residents import staff_of
from billing import account_numbers, staff_scope
from billing.models import (
    Bill,
    BillLine,
    Branch,
    Link,
    LinkRequest,
    Payment,
    PersonalAccount,
    Supplier,
    Tariff,
)
from billing.staff_access import AccountAdmin
from billing.staff_residents import ResidentAdmin
from billing.staff_scopes import StaffScopeAdmin

__all__ = ["ResidentAdmin", "StaffScopeAdmin"]


class ImportedAdmin(WatchedAdmin):
    """Read only: the next registry package would overwrite an edit, and nobody could say where it came from."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ByNumberAdmin(AccountAdmin, ImportedAdmin):
    """Found by the beginning of an account number, however it is typed."""

    search_help_text = "Начало номера лицевого счёта, в любом виде"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        digits = account_numbers.normalise_number(search_term)
        if digits:
            queryset = queryset.filter(**{f"{self.path_to_account}digits__startswith": digits})
        return queryset, False


@admin.register(Supplier)
class SupplierAdmin(admin.ModelAdmin[Supplier]):
    """Terms may be edited: the window and the cut-off are the supplier's word, the rest comes from the registry."""

    list_display = ["name", "code", "window_from", "window_to", "cut_off", "window_forbids", "data_as_of"]
    readonly_fields = ["code", "data_as_of"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Supplier]:
        return super().get_queryset(request).filter(pk__in=staff_scope.get_suppliers(staff_of(request)))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Supplier | None = None) -> bool:
        return False


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin[Branch]):
    """The registry may leave out telephones and addresses, so staff fill them in."""

    list_display = ["name", "supplier", "prefix", "email", "phone"]
    list_filter = ["supplier"]
    list_select_related = ["supplier"]
    search_fields = ["name", "prefix", "email"]
    ordering = ["supplier", "prefix"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Branch]:
        return super().get_queryset(request).filter(supplier__in=staff_scope.get_suppliers(staff_of(request)))


@admin.register(PersonalAccount)
class PersonalAccountAdmin(ByNumberAdmin):
    path_to_account = ""
    list_display = ["number", "supplier", "service", "status", "lock_reason"]
    list_filter = ["supplier", "service", "status"]
    list_select_related = ["supplier"]
    search_fields = ["digits"]
    fields = ["supplier", "number", "service", "address", "els", "status", "lock_reason"]
    ordering = ["-pk"]


@admin.register(Link)
class LinkAdmin(ByNumberAdmin):
    list_display = ["account", "user", "proof", "linked_at", "ended_at"]
    list_filter = ["proof", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["account", "user"]
    search_fields = ["account__digits"]
    fields = ["account", "resident", "proof", "is_reduced", "linked_at", "ended_at", "ended_by"]
    readonly_fields = ["resident"]
    ordering = ["-pk"]

    @admin.display(description="житель")
    def resident(self, link: Link) -> SafeString:
        page = reverse("admin:billing_resident_change", args=[link.user_id])
        return format_html('<a href="{}">{}</a>', page, link.user)

    def get_people(self, row: Link) -> Iterable[int]:
        return [row.user_id]


@admin.register(LinkRequest)
class LinkRequestAdmin(ByNumberAdmin):
    path_to_account = ""
    list_display = ["shown_number", "supplier", "user", "status", "created_at", "expires_at", "settled_at"]
    list_filter = ["status", "supplier"]
    list_select_related = ["supplier", "user"]
    search_fields = ["digits"]
    fields = ["supplier", "shown_number", "user", "status", "created_at", "expires_at", "settled_at"]
    ordering = ["-pk"]

    def get_people(self, row: LinkRequest) -> Iterable[int]:
        return [row.user_id]


class BillLineInline(admin.TabularInline[BillLine, Bill]):
    model = BillLine
    can_delete = False
    max_num = 0
    extra = 0


@admin.register(Bill)
class BillAdmin(ByNumberAdmin):
    list_display = ["number", "account", "period", "charged", "paid", "amount_due", "due_on"]
    list_filter = ["supplier"]
    list_select_related = ["account"]
    search_fields = ["account__digits"]
    exclude = ["public_id"]
    inlines = [BillLineInline]
    ordering = ["-pk"]


@admin.register(Payment)
class PaymentAdmin(ByNumberAdmin):
    list_display = ["document", "account", "paid_on", "posted_on", "amount", "agent"]
    list_filter = ["supplier"]
    list_select_related = ["account"]
    search_fields = ["account__digits"]
    ordering = ["-pk"]


@admin.register(Tariff)
class TariffAdmin(ImportedAdmin):
    list_display = ["supplier", "service", "code", "valid_from", "range_from", "range_to", "price"]
    list_filter = ["supplier", "service"]
    list_select_related = ["supplier"]
    ordering = ["supplier", "service", "-valid_from", "code", "range_from"]
