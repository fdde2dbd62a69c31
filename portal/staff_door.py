"""From where the staff's pages can be reached at all (security.md S16; ASVS 8.4.2)."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from accounts.network import client_address


def keep_staff_door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Elsewhere than on `STAFF_HOST`, and outside `STAFF_NETWORKS`, there is no admin; each is asked when it is set."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(reverse("admin:index")) and not is_open_to(request):
            raise Http404
        return get_response(request)

    return middleware


def is_open_to(request: HttpRequest) -> bool:
    """By the host that was asked and the address the trusted proxy saw."""
    if settings.STAFF_HOST and request.get_host().lower() != settings.STAFF_HOST:
        return False
    address = ip_address(client_address(request))
    return not settings.STAFF_NETWORKS or any(address in network for network in settings.STAFF_NETWORKS)
