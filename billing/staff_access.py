"""What every page of the staff about residents has: it is narrowed to the scope, and who looked is recorded."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.audit.staff_views import WatchedAdmin
from accounts.residents import staff_of
from billing import staff_scope
from billing.models import Link, PersonalAccount


class AccountAdmin(WatchedAdmin):
    """Rows of a personal account; `path_to_account` leads there."""

    path_to_account = "account__"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(staff_scope.within(staff_of(request), self.path_to_account))

    def asks_reason(self, row: Any) -> bool:
        account = self.get_account(row)
        return account is not None and account.supplier.asks_view_reason

    def get_account(self, row: Any) -> PersonalAccount | None:
        for step in filter(None, self.path_to_account.split("__")):
            row = getattr(row, step)
        return row  # type: ignore[no-any-return]

    def get_people(self, row: Any) -> Iterable[int]:
        account = self.get_account(row)
        return get_holders([account.pk]) if account else ()

    def get_supplier_name(self, row: Any) -> str:
        account = self.get_account(row)
        return account.supplier.name if account else ""


class SupplierRowsAdmin(WatchedAdmin):
    """Rows of a whole supplier; `path_to_supplier` as `staff_scope.within_suppliers` takes it."""

    path_to_supplier = "supplier_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super().get_queryset(request).filter(staff_scope.within_suppliers(staff_of(request), self.path_to_supplier))
        )


def get_holders(account_ids: Iterable[int]) -> list[int]:
    """Who sees these personal accounts in the cabinet now."""
    return list(Link.objects.filter(account_id__in=account_ids, ended_at=None).values_list("user_id", flat=True))
