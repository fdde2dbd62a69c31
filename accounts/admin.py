"""What staff see of the limits at the door, and the one thing they can do: let a phone try again before its time."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import operations, phones, policies
from accounts.audit.staff import SecurityEventAdmin as SecurityEventAdmin
from accounts.models import PhoneRelease, User
from accounts.privacy.staff_acts import CabinetDeletionAdmin as CabinetDeletionAdmin
from accounts.privacy.staff_documents import ConsentDocumentAdmin as ConsentDocumentAdmin
from accounts.recovery.staff import PhoneChangeAdmin as PhoneChangeAdmin
from accounts.recovery.staff import RecoveryAdmin as RecoveryAdmin
from accounts.second_factors.staff_removals import FactorRemovalAdmin as FactorRemovalAdmin
from accounts.staff_forms import ReleaseForm


@admin.register(PhoneRelease)
class PhoneReleaseAdmin(admin.ModelAdmin[PhoneRelease]):
    list_display = ["released_at", "masked_phone", "released_by", "reason"]
    list_display_links = None
    list_select_related = ["released_by"]
    list_per_page = 50
    ordering = ["-released_at"]
    change_list_template = "admin/accounts/phonerelease/limits.html"

    @admin.display(description="телефон")
    def masked_phone(self, release: PhoneRelease) -> str:
        return phones.mask_phone(release.phone)

    def has_change_permission(self, request: HttpRequest, obj: PhoneRelease | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PhoneRelease | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        states = policies.get_policy_states(at=timezone.now())
        return super().changelist_view(
            request, {**(extra_context or {}), "title": "Ограничения на входе", "states": states}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row says all it has in the list, where the phone is masked."""
        return redirect("admin:accounts_phonerelease_changelist")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        staff = request.user
        if not self.has_add_permission(request) or not isinstance(staff, User):
            raise PermissionDenied
        form = ReleaseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            release = operations.release_phone(staff=staff, at=timezone.now(), **form.cleaned_data)
            self.log_addition(request, release, "Ограничения сняты")
            self.message_user(request, "Ограничения сняты: с этим телефоном можно попробовать снова.", messages.SUCCESS)
            return redirect("admin:accounts_phonerelease_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Снять ограничения с телефона",
            "opts": self.opts,
            "form": form,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/accounts/phonerelease/release.html", context, status=status)
