"""The administrator says which residents each of the staff serves."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.models import User
from accounts.residents import staff_of
from billing import account_numbers
from billing.models import StaffScope, Supplier
from billing.staff_scope import give_scope, take_scope

LIST = "admin:billing_staffscope_changelist"


class ScopeForm(forms.Form):
    staff = forms.ModelChoiceField(
        label="Сотрудник",
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("name"),
        error_messages={"required": "Выберите сотрудника."},
    )
    supplier = forms.ModelChoiceField(
        label="Поставщик",
        queryset=Supplier.objects.order_by("name"),
        error_messages={"required": "Выберите поставщика."},
    )
    begins_with = forms.CharField(
        label="Начало номера лицевого счёта",
        max_length=10,
        required=False,
        help_text="Как у отделения, например 018. Пусто — все отделения поставщика.",
    )

    def clean_begins_with(self) -> str:
        return account_numbers.normalise_number(self.cleaned_data["begins_with"])


@admin.register(StaffScope)
class StaffScopeAdmin(admin.ModelAdmin[StaffScope]):
    list_display = ["staff", "supplier", "shown_prefix", "given_by", "given_at"]
    list_filter = ["supplier"]
    list_select_related = ["staff", "supplier", "given_by"]
    list_per_page = 50
    ordering = ["staff", "supplier", "prefix"]
    actions = None

    @admin.display(description="лицевые счета", ordering="prefix")
    def shown_prefix(self, scope: StaffScope) -> str:
        return f"начинаются с {scope.prefix}" if scope.prefix else "все"

    def has_change_permission(self, request: HttpRequest, obj: StaffScope | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ScopeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = give_scope(
                staff=form.cleaned_data["staff"],
                supplier=form.cleaned_data["supplier"],
                prefix=form.cleaned_data["begins_with"],
                by=staff_of(request),
                at=timezone.now(),
            )
            said = "Участок дан." if given else "Этот участок у сотрудника уже есть."
            self.message_user(request, said, messages.SUCCESS)
            return redirect(LIST)
        return self._show(request, "give", "Дать участок", status=422 if form.errors else 200, form=form)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        number = int(object_id) if object_id.isdecimal() else 0
        scope = get_object_or_404(StaffScope.objects.select_related("staff", "supplier"), pk=number)
        if request.method == "POST":
            take_scope(scope=scope, by=staff_of(request), at=timezone.now())
            self.message_user(request, "Участок снят.", messages.SUCCESS)
            return redirect(LIST)
        return self._show(request, "take", "Снять участок", scope=scope)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row says all it has in the list; from there one goes on to take it away."""
        return self.delete_view(request, object_id)

    def _show(self, request: HttpRequest, name: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
        shown = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/billing/staffscope/{name}.html", shown, status=status)
