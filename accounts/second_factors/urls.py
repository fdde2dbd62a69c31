from django.urls import path

from accounts.second_factors import enrolment, overview, passkey_views, views

app_name = "second_factors"
urlpatterns = [
    path("sign-in/confirm/", views.sign_in_confirm, name="sign_in_confirm"),
    path("sign-in/confirm/resend/", views.sign_in_resend, name="sign_in_resend"),
    path("sign-in/passkey/", passkey_views.passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/passkey/request/", passkey_views.passkey_request, name="passkey_request"),
    path("sign-in/confirm/passkey/", passkey_views.passkey_sign_in, {"confirms": True}, name="passkey_confirm"),
    path(
        "sign-in/confirm/passkey/request/",
        passkey_views.passkey_request,
        {"confirms": True},
        name="passkey_confirm_request",
    ),
    path("security/passkeys/new/", passkey_views.passkey_add, name="passkey_add"),
    path("security/passkeys/<int:passkey_id>/", passkey_views.passkey_edit, name="passkey_edit"),
    path("security/passkeys/<int:passkey_id>/end/", passkey_views.passkey_end, name="passkey_end"),
    path("security/", overview.overview, name="overview"),
    path("security/devices/<int:device_id>/end/", overview.device_end, name="device_end"),
    path("security/sessions/<int:record_id>/end/", overview.session_end, name="session_end"),
    path("security/devices/end/", overview.places_end, name="places_end"),
    path("security/application/", enrolment.application_form, name="application_form"),
    path("security/application/end/", enrolment.application_end, name="application_end"),
    path("security/spare-codes/", enrolment.spare_codes_form, name="spare_codes_form"),
]
