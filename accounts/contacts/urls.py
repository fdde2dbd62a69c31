from django.urls import path

from accounts.contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.phone_change, name="phone_change"),
    path("code/", views.phone_code, name="phone_code"),
    path("code/resend/", views.phone_resend, name="phone_resend"),
]
