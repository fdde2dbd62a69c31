"""The staff's door: Django admin behind a second factor."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django_otp.admin import OTPAdminSite

from accounts import phones, sessions
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import User
from portal.staff_second_factor import is_newcomer, second_factor, staff_spare_codes
from portal.staff_sign_in import StaffSignInForm

KEPT_OUT = {"otp_totp", "otp_static"}
WORK_FIRST = ["support", "meters", "exchange", "billing", "accounts", "notifications"]


class PortalAdminSite(OTPAdminSite):  # type: ignore[misc]
    site_header = "Рабочее место сотрудника"
    site_title = "Портал жителей"
    index_title = "Очереди и справочники"
    login_form = StaffSignInForm
    login_template = "admin/login.html"
    enable_nav_sidebar = False

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's sign-in; the session is remembered like a resident's, and a newcomer is led to his second factor."""
        if request.method != "POST" and is_newcomer(request.user):
            return redirect("admin:second_factor")
        answer: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and answer.status_code != 302:
            _record_refusal(request)
        if request.method == "POST" and answer.status_code == 302 and isinstance(request.user, User):
            sessions.remember_session(request, request.user, at=timezone.now())
            if is_newcomer(request.user):
                return redirect("admin:second_factor")
        return answer

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """All but the keys of people's second factors: whoever sees one can be them (security.md T23)."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else [*model_or_iterable]
        super().register([model for model in models if model._meta.app_label not in KEPT_OUT], admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("second-factor/", second_factor, name="second_factor"),
            path("spare-codes/", self.admin_view(staff_spare_codes), name="spare_codes"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Queues first, then what is looked up, then the machinery."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        place = {label: index for index, label in enumerate(WORK_FIRST)}
        return sorted(apps, key=lambda app: place.get(app["app_label"], len(place)))


def _record_refusal(request: HttpRequest) -> None:
    """Whose phone was typed is found by its keyed hash, as at the residents' door."""
    try:
        phone = phones.parse_phone(request.POST.get("username", ""))
    except phones.InvalidPhone:
        phone = ""
    result = Result.LIMITED if getattr(request, "axes_locked_out", False) else Result.FAILED
    user = User.objects.filter(phone=phone, is_staff=True).first() if phone else None
    record_event(Kind.STAFF_SIGN_IN, user=user, subject=phone, result=result, at=timezone.now())
