from django.urls import path

from accounts.audit.pages import views_of_staff
from accounts.privacy import consent_pages, deletions, exports, views

app_name = "privacy"
urlpatterns = [
    path("", views.my_data, name="my_data"),
    path("consents/<slug:kind>/", views.consent_decide, name="consent_decide"),
    path("terms/", consent_pages.terms_changed, name="terms_changed"),
    path("documents/<int:document_id>/", views.document_detail, name="document_detail"),
    path("export/", exports.export_overview, name="export_overview"),
    path("export/progress/", exports.export_progress, name="export_progress"),
    path("export/<uuid:public_id>/file/", exports.export_file, name="export_file"),
    path("views/", views_of_staff, name="staff_views"),
    path("deletion/", deletions.deletion, name="deletion"),
    path("deletion/withdraw/", deletions.deletion_withdraw, name="deletion_withdraw"),
    path("password/", views.password_change, name="password_change"),
    path("password/confirm/", views.password_confirm, name="password_confirm"),
    path("e-mail/", views.email_change, name="email_change"),
    path("e-mail/withdraw/", views.email_withdraw, name="email_withdraw"),
    path("e-mail/<str:token>/", views.email_confirm, name="email_confirm"),
]
