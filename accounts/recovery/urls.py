from django.urls import path

from accounts.recovery import views

app_name = "recovery"
urlpatterns = [
    path("", views.recovery_prove, name="recovery_prove"),
    path("leave/", views.recovery_leave, name="recovery_leave"),
    path("letter/<str:token>/", views.letter_confirm, name="letter_confirm"),
]
