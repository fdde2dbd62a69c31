from django.urls import path

from accounts.second_factors import views

app_name = "second_factors"
urlpatterns = [
    path("sign-in/confirm/", views.sign_in_confirm, name="sign_in_confirm"),
    path("sign-in/confirm/resend/", views.sign_in_resend, name="sign_in_resend"),
]
