from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("registration/", views.registration, name="registration"),
    path("registration/code/", views.registration_code, name="registration_code"),
    path("registration/code/resend/", views.registration_resend, name="registration_resend"),
    path("password-reset/", views.password_reset, name="password_reset"),
    path("password-reset/code/", views.password_reset_code, name="password_reset_code"),
    path("password-reset/code/resend/", views.password_reset_resend, name="password_reset_resend"),
    path("documents/<slug:kind>/", views.document_detail, name="document_detail"),
]
