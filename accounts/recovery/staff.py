"""Staff who have seen a passport open what is hidden, or give a former number back. The reason is kept (T11)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import phones
from accounts.audit.served import is_served_by
from accounts.audit.staff_views import WatchedAdmin
from accounts.contacts.operations import return_phone
from accounts.models import PhoneChange, Recovery, User
from accounts.operations.refusals import AccountsError
from accounts.recovery.operations import open_past_by_staff
from accounts.recovery.staff_forms import PassportForm
from accounts.residents import staff_of


class PassportAdmin(WatchedAdmin):
    """A list, and a page with one deed that asks for a reason."""

    is_reason = "Восстановление доступа"
    list_per_page = 50
    list_select_related = ["user"]
    deed = ""
    explained = ""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(is_served_by(staff_of(request), "user_id"))

    def get_people(self, row: Any) -> Iterable[int]:
        return [row.user_id]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="житель")
    def resident(self, row: Any) -> str:
        return phones.mask_phone(str(row.user.phone))

    def is_open(self, row: Any) -> bool:
        """Whether the deed can still be done."""
        raise NotImplementedError

    def do(self, row: Any, *, staff: User, reason: str) -> None:
        """Raises AccountsError."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        form = PassportForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and not self.has_change_permission(request, row):
            raise PermissionDenied
        if form.is_valid() and self.is_open(row):
            try:
                self.do(row, staff=staff_of(request), reason=form.cleaned_data["reason"])
            except AccountsError as error:
                form.add_error(None, str(error))
            else:
                self.log_change(request, row, self.deed)
                self.message_user(request, f"{self.deed}: сделано.", messages.SUCCESS)
                return redirect(f"admin:accounts_{self.opts.model_name}_changelist")
        self.record_view_of(request, row)
        context = {
            **self.admin_site.each_context(request),
            "title": str(row).capitalize(),
            "opts": self.opts,
            "facts": self.list_facts(row),
            "form": form,
            "deed": self.deed if self.is_open(row) and self.has_change_permission(request, row) else "",
            "explained": self.explained,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/accounts/recovery/passport.html", context, status=status)

    def list_facts(self, row: Any) -> list[tuple[str, object]]:
        """Label and value, in Russian, nothing that staff need not see."""
        raise NotImplementedError


@admin.register(Recovery)
class RecoveryAdmin(PassportAdmin):
    list_display = ["began_at", "resident", "was_idle", "proven_at", "proven_by"]
    list_filter = [("proven_at", admin.EmptyFieldListFilter)]
    ordering = ["-began_at"]
    deed = "Открыть прежние данные"
    explained = "Житель пришёл с паспортом, и вы сверили его с договором. Счета, показания и обращения снова видны."

    def is_open(self, row: Any) -> bool:
        return row.proven_at is None

    def do(self, row: Any, *, staff: User, reason: str) -> None:
        open_past_by_staff(recovery_id=row.pk, staff=staff, reason=reason, at=timezone.now())

    def list_facts(self, row: Any) -> list[tuple[str, object]]:
        return [
            ("Житель", phones.mask_phone(str(row.user.phone))),
            ("Пароль задан по СМС", row.began_at),
            ("Кабинетом долго не пользовались", "да" if row.was_idle else "нет"),
            ("Подтверждено", row.proven_at or "нет"),
            ("Кто открыл", row.opened_by or "—"),
            ("Причина", row.reason or "—"),
        ]


@admin.register(PhoneChange)
class PhoneChangeAdmin(PassportAdmin):
    list_display = ["confirmed_at", "resident", "former", "returned_at"]
    list_filter = [("returned_at", admin.EmptyFieldListFilter)]
    ordering = ["-confirmed_at"]
    deed = "Вернуть прежний номер"
    explained = (
        "Житель пришёл с паспортом и говорит, что номер сменил не он. Кабинет вернётся на прежний номер и закроется"
        " на всех устройствах; ключи входа и приложение с кодами, настроенные за сутки до смены и позже, перестанут"
        " подходить. Новый пароль житель задаст по СМС сам."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(confirmed_at=None)

    @admin.display(description="прежний номер")
    def former(self, row: Any) -> str:
        return phones.mask_phone(row.former_phone)

    def is_open(self, row: Any) -> bool:
        return row.returned_at is None and str(row.user.phone) == row.phone

    def do(self, row: Any, *, staff: User, reason: str) -> None:
        return_phone(change_id=row.pk, staff=staff, reason=reason, at=timezone.now())

    def list_facts(self, row: Any) -> list[tuple[str, object]]:
        return [
            ("Номер теперь", phones.mask_phone(row.phone)),
            ("Прежний номер", phones.mask_phone(row.former_phone)),
            ("Изменён", row.confirmed_at),
            ("Возвращён", row.returned_at or "нет"),
            ("Кто вернул", row.returned_by or "—"),
            ("Причина", row.reason or "—"),
        ]
