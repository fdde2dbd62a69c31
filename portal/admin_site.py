"""The staff's door: Django admin behind a second factor."""

from typing import Any

from django.http import HttpRequest
from django_otp.admin import OTPAdminSite

from portal.staff_sign_in import StaffSignInForm

WORK_FIRST = ["support", "meters", "exchange", "billing", "accounts", "notifications"]


class PortalAdminSite(OTPAdminSite):  # type: ignore[misc]
    site_header = "Рабочее место сотрудника"
    site_title = "Портал жителей"
    index_title = "Очереди и справочники"
    login_form = StaffSignInForm
    login_template = "admin/login.html"
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Queues first, then what is looked up, then the machinery."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        place = {label: index for index, label in enumerate(WORK_FIRST)}
        return sorted(apps, key=lambda app: place.get(app["app_label"], len(place)))
