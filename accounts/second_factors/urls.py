from django.urls import path

from accounts.second_factors import enrolment, overview, views

app_name = "second_factors"
urlpatterns = [
    path("sign-in/confirm/", views.sign_in_confirm, name="sign_in_confirm"),
    path("sign-in/confirm/resend/", views.sign_in_resend, name="sign_in_resend"),
    path("security/", overview.overview, name="overview"),
    path("security/devices/<int:device_id>/end/", overview.device_end, name="device_end"),
    path("security/sessions/<int:record_id>/end/", overview.session_end, name="session_end"),
    path("security/devices/end/", overview.places_end, name="places_end"),
    path("security/application/", enrolment.application_form, name="application_form"),
    path("security/application/end/", enrolment.application_end, name="application_end"),
    path("security/spare-codes/", enrolment.spare_codes_form, name="spare_codes_form"),
]
