"""Addresses of billing. The number in a resident's address is a Link, never a personal account."""

from django.urls import path

from billing import views

app_name = "billing"
urlpatterns = [
    path("personal-accounts/", views.account_list, name="account_list"),
    path("personal-accounts/link/", views.link_create, name="link_create"),
    path("personal-accounts/<int:pk>/", views.account_detail, name="account_detail"),
    path("personal-accounts/<int:pk>/checks/", views.link_check, name="link_check"),
    path("personal-accounts/<int:pk>/payment/", views.link_confirm, name="link_confirm"),
    path("personal-accounts/<int:pk>/edit/", views.link_edit, name="link_edit"),
    path("personal-accounts/<int:pk>/end/", views.link_end, name="link_end"),
    path("personal-accounts/<int:pk>/restoration/", views.link_restore, name="link_restore"),
    path("personal-accounts/<int:pk>/delivery/", views.delivery_edit, name="delivery_edit"),
    path("personal-accounts/<int:pk>/delivery/withdraw/", views.delivery_withdraw, name="delivery_withdraw"),
    path("personal-accounts/<int:pk>/holders/<int:holder_pk>/end/", views.holder_end, name="holder_end"),
    path("link-requests/<uuid:public_id>/withdrawal/", views.link_request_withdraw, name="link_request_withdraw"),
    path("groups/new/", views.group_create, name="group_create"),
    path("groups/<int:pk>/edit/", views.group_edit, name="group_edit"),
    path("groups/<int:pk>/delete/", views.group_delete, name="group_delete"),
    path("payment/", views.payment_overview, name="payment_overview"),
    path("bills/", views.bill_list, name="bill_list"),
    path("bills/<uuid:public_id>/", views.bill_detail, name="bill_detail"),
    path("payments/", views.payment_list, name="payment_list"),
    path("tariffs/", views.tariff_list, name="tariff_list"),
    path("branches/", views.branch_list, name="branch_list"),
]
