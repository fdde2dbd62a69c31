"""Staff take away an application that was lost with its spare codes: one asks, another confirms."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import phones
from accounts.audit.served import is_served_by
from accounts.models import FactorRemoval, User
from accounts.residents import staff_of
from accounts.second_factors import removals
from accounts.staff_forms import FactorRemovalForm


@admin.register(FactorRemoval)
class FactorRemovalAdmin(admin.ModelAdmin[FactorRemoval]):
    list_display = ["asked_at", "masked_phone", "reason", "asked_by", "confirmed_by", "confirmed_at"]
    list_display_links = None
    list_select_related = ["user", "asked_by", "confirmed_by"]
    list_per_page = 50
    ordering = ["-asked_at"]
    actions = ["confirm"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactorRemoval]:
        return super().get_queryset(request).filter(is_served_by(staff_of(request), "user_id"))

    @admin.display(description="телефон")
    def masked_phone(self, removal: FactorRemoval) -> str:
        return phones.mask_phone(str(removal.user.phone))

    @admin.action(description="Подтвердить: второй сотрудник", permissions=["add"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[FactorRemoval]) -> None:
        for removal in chosen:
            try:
                removals.confirm_factor_removal(removal_id=removal.pk, staff=staff_of(request), at=timezone.now())
            except (removals.SamePerson, removals.RemovalClosed) as error:
                self.message_user(request, str(error), messages.WARNING)
            else:
                self.log_change(request, removal, "Приложение снято")
                self.message_user(request, "Приложение снято: вход подтверждает СМС.", messages.SUCCESS)

    def has_change_permission(self, request: HttpRequest, obj: FactorRemoval | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FactorRemoval | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row says all it has in the list, where the phone is masked."""
        return redirect("admin:accounts_factorremoval_changelist")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        staff = request.user
        if not self.has_add_permission(request) or not isinstance(staff, User):
            raise PermissionDenied
        form = FactorRemovalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                if not User.objects.filter(is_served_by(staff), phone=form.cleaned_data["phone"]).exists():
                    raise removals.NothingToRemove
                removal = removals.ask_factor_removal(staff=staff, at=timezone.now(), **form.cleaned_data)
            except (removals.NothingToRemove, removals.SamePerson) as error:
                form.add_error("phone", str(error))
            else:
                self.log_addition(request, removal, "Просьба снять приложение")
                self.message_user(request, "Просьба записана. Её подтвердит другой сотрудник.", messages.SUCCESS)
                return redirect("admin:accounts_factorremoval_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Снять приложение с кодами",
            "opts": self.opts,
            "form": form,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/accounts/factorremoval/ask.html", context, status=status)
