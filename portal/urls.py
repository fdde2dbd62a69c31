"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal import installing, views

urlpatterns = [
    path("", views.home, name="home"),
    path("more/", views.more, name="more"),
    path("help/", views.help_page, name="help"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("service-worker.js", installing.service_worker, name="service_worker"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("recovery/", include("accounts.recovery.urls")),
    path("my-data/phone/", include("accounts.contacts.urls")),
    path("my-data/", include("accounts.privacy.urls")),
    path("", include("accounts.second_factors.urls")),
    path("", include("notifications.urls")),
    path("", include("billing.urls")),
    path("", include("meters.urls")),
    path("", include("support.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "portal.failures.page_failed"

if settings.DEMO:
    urlpatterns += [path("demo/messages/", views.demo_messages, name="demo_messages")]
