"""The staff's door: Django admin behind a second factor."""

from django_otp.admin import OTPAdminSite


class PortalAdminSite(OTPAdminSite):
    site_header = "Рабочее место сотрудника"
    site_title = "Портал жителей"
    index_title = "Очереди и справочники"
