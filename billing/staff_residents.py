"""A resident as the staff who serve him see him: found by his whole phone, shown with a masked one (P6, T23, S16)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import operations, phones
from accounts.audit.reason_pages import ReasonForm, read_reason
from accounts.audit.staff_views import WatchedAdmin, record_view
from accounts.forms import PhoneField
from accounts.models import SessionRecord
from accounts.residents import staff_of
from accounts.second_factors import factors
from billing import staff_scope
from billing.models import Link, Resident

FIND, PAGE = "admin:billing_resident_changelist", "admin:billing_resident_change"
END_IDS = "end_%s"
REVEAL, END_SESSIONS = "billing.reveal_phone", "billing.change_resident"


class FindForm(forms.Form):
    phone = PhoneField()


@admin.register(Resident)
class ResidentAdmin(WatchedAdmin):
    """No list of residents: one is found by what he says himself."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resident]:
        served = staff_scope.within_residents(staff_of(request))
        return super().get_queryset(request).filter(served, is_staff=False, erased_at=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        reveal = never_cache(self.admin_site.admin_view(require_POST(self.phone_view)))
        end = self.admin_site.admin_view(require_POST(self.sessions_view))
        return [
            path("<int:resident_id>/phone/", reveal, name="billing_resident_phone"),
            path("<int:resident_id>/sessions/", end, name="billing_resident_sessions"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The phone is typed into a form that posts: it is to stand in no address (P5)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = FindForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            record_view(staff=staff_of(request), page="поиск жителя по телефону", at=timezone.now())
            if found := self.get_queryset(request).filter(phone=form.cleaned_data["phone"]).first():
                return redirect(PAGE, found.pk)
            form.add_error("phone", "Среди жителей, которых вы обслуживаете, такого телефона нет.")
        status = 422 if form.errors else 200
        return self._draw(request, "find", "Найти жителя", status=status, form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        resident = self._get_resident(request, object_id)
        if asked := self.ask_reason_for(request, resident):
            return asked
        if request.method == "POST":
            return redirect(PAGE, resident.pk)
        self.record_view_of(request, resident)
        return self._show(request, resident)

    def phone_view(self, request: HttpRequest, resident_id: int) -> HttpResponse:
        """The number stands in this one answer."""
        resident = self._get_resident(request, resident_id)
        if not request.user.has_perm(REVEAL):
            raise PermissionDenied
        form = read_reason(request)
        if not form.is_valid():
            return self._show(request, resident, form=form)
        try:
            phone = operations.reveal_phone(
                user=resident,
                staff=staff_of(request),
                reason=form.reason,
                supplier=self.get_supplier_name(resident),
                at=timezone.now(),
            )
        except operations.TooManyPhones as error:
            form.add_error(None, str(error))
            return self._show(request, resident, form=form)
        return self._show(request, resident, phone=phone)

    def sessions_view(self, request: HttpRequest, resident_id: int) -> HttpResponse:
        resident = self._get_resident(request, resident_id)
        if not request.user.has_perm(END_SESSIONS):
            raise PermissionDenied
        form = read_reason(request, auto_id=END_IDS)
        if not form.is_valid():
            return self._show(request, resident, end_form=form)
        operations.end_sessions_of_resident(
            user=resident, staff=staff_of(request), reason=form.reason, at=timezone.now()
        )
        self.message_user(request, "Сеансы завершены. Житель узнает об этом из уведомлений.", messages.SUCCESS)
        return redirect(PAGE, resident.pk)

    def get_people(self, row: Resident) -> Iterable[int]:
        return [row.pk]

    def asks_reason(self, row: Resident) -> bool:
        """One supplier of his that wants it is enough; without any, it is asked."""
        wanted = [link.account.supplier.asks_view_reason for link in _get_links(row)]
        return any(wanted) or not wanted

    def get_supplier_name(self, row: Resident) -> str:
        names = {link.account.supplier.name for link in _get_links(row)}
        return names.pop() if len(names) == 1 else ""

    def _get_resident(self, request: HttpRequest, object_id: str | int) -> Resident:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return self.get_queryset(request).get(pk=object_id)
        except (Resident.DoesNotExist, ValueError) as error:
            raise Http404 from error

    def _show(
        self,
        request: HttpRequest,
        resident: Resident,
        *,
        phone: str = "",
        form: ReasonForm | None = None,
        end_form: ReasonForm | None = None,
    ) -> HttpResponse:
        records = SessionRecord.objects.filter(user=resident, session__expire_date__gt=timezone.now())
        context = {
            "resident": resident,
            "phone": phone,
            "masked_phone": phones.mask_phone(str(resident.phone)),
            "links": _get_links(resident).filter(staff_scope.within(staff_of(request))),
            "seen_at": records.aggregate(at=Max("last_seen_at"))["at"],
            "sessions": records.count(),
            "has_application": factors.has_application(resident),
            "form": form or ReasonForm(),
            "end_form": end_form or ReasonForm(auto_id=END_IDS),
            "may_reveal": request.user.has_perm(REVEAL),
            "may_end": request.user.has_perm(END_SESSIONS),
        }
        status = 422 if (form and form.errors) or (end_form and end_form.errors) else 200
        return self._draw(request, "page", "Житель", status=status, **context)

    def _draw(self, request: HttpRequest, name: str, title: str, *, status: int, **context: Any) -> HttpResponse:
        shown = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/billing/resident/{name}.html", shown, status=status)


def _get_links(resident: Resident) -> QuerySet[Link]:
    standing = Link.objects.filter(user_id=resident.pk, ended_at=None)
    return standing.select_related("account__supplier").order_by("linked_at", "pk")
