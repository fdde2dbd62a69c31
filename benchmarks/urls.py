"""Every address of the portal, a page that only loads session and user, and one that loads nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal.urls import handler500
from portal.urls import urlpatterns as portal_urlpatterns

__all__ = ["handler500", "urlpatterns"]


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.pk}")


@login_not_required
def hello(_: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [*portal_urlpatterns, path("bare/", bare), path("hello/", hello)]
