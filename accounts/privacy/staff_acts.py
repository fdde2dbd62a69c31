"""Staff read the acts of deletions, and follow up a later claim by the hash of its phone."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts import limits
from accounts.forms import PhoneField
from accounts.models import CabinetDeletion

BREAK = SafeString("<br>")


class ClaimForm(forms.Form):
    phone = PhoneField()


@admin.register(CabinetDeletion)
class CabinetDeletionAdmin(admin.ModelAdmin[CabinetDeletion]):
    list_display = ["id", "requested_at", "due_at", "withdrawn_at", "erased_at"]
    list_filter = [("erased_at", admin.EmptyFieldListFilter), ("withdrawn_at", admin.EmptyFieldListFilter)]
    change_list_template = "admin/accounts/cabinetdeletion/list.html"
    fields = ["requested_at", "reminded_at", "due_at", "withdrawn_at", "erased_at", "basis", "gone", "kept", "events"]
    readonly_fields = ["basis", "gone", "kept", "events"]
    ordering = ["-pk"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A phone is typed into a form that posts: it is to stand in no address (security.md P5)."""
        form = ClaimForm(request.POST if "phone" in request.POST else None)
        if form.is_valid() and self.has_view_permission(request):
            found = CabinetDeletion.objects.filter(phone_hash=limits.hash_subject(form.cleaned_data["phone"]))
            if deletion := found.order_by("-pk").first():
                return redirect("admin:accounts_cabinetdeletion_change", deletion.pk)
            self.message_user(request, "Кабинета с этим телефоном здесь не удаляли.", messages.WARNING)
            return redirect("admin:accounts_cabinetdeletion_changelist")
        return super().changelist_view(request, {**(extra_context or {}), "claim_form": form})

    @admin.display(description="основание и способ")
    def basis(self, deletion: CabinetDeletion) -> str:
        return f"{deletion.act.get('basis', '—')}. {deletion.act.get('way', '')}"

    @admin.display(description="уничтожено")
    def gone(self, deletion: CabinetDeletion) -> SafeString:
        rows = ((row["title"], row["rows"]) for row in deletion.act.get("erased", ()))
        return format_html_join(BREAK, "{}: {}", rows)

    @admin.display(description="оставлено без лица")
    def kept(self, deletion: CabinetDeletion) -> SafeString:
        rows = ((row["title"], row["rows"], row["reason"]) for row in deletion.act.get("held", ()))
        return format_html_join(BREAK, "{}: {} — {}", rows)

    @admin.display(description="выгрузка из журнала")
    def events(self, deletion: CabinetDeletion) -> SafeString:
        rows = ((_tell_moment(row["at"]), row["what"]) for row in deletion.act.get("extract", ()))
        return format_html_join(BREAK, "{}: {}", rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CabinetDeletion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CabinetDeletion | None = None) -> bool:
        return False


def _tell_moment(text: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(text)):%d.%m.%Y %H:%M}"
