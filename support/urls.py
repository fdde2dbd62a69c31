from django.urls import path

from support import views

app_name = "support"
urlpatterns = [
    path("reports/", views.report_list, name="report_list"),
    path("reports/new/", views.report_create, name="report_create"),
    path("meters/<int:meter_id>/replacement/", views.replacement_create, name="replacement_create"),
    path("reports/<str:number>/", views.report_detail, name="report_detail"),
    path("reports/<str:number>/answer/", views.report_answer, name="report_answer"),
    path("attachments/<uuid:public_id>/", views.attachment_detail, name="attachment_detail"),
]
