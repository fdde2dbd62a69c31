"""The staff's door: Django admin behind a second factor."""

from django_otp.admin import OTPAdminSite

from portal.staff_sign_in import StaffSignInForm


class PortalAdminSite(OTPAdminSite):  # type: ignore[misc]
    site_header = "Рабочее место сотрудника"
    site_title = "Портал жителей"
    index_title = "Очереди и справочники"
    login_form = StaffSignInForm
    login_template = "admin/login.html"
    enable_nav_sidebar = False
