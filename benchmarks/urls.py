"""Every address of the portal, and a page that only loads session and user."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal.urls import handler500
from portal.urls import urlpatterns as portal_urlpatterns

__all__ = ["handler500", "urlpatterns"]


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.pk}")


urlpatterns = [*portal_urlpatterns, path("bare/", bare)]
