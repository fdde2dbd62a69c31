"""Where a page that stood in the way leads on."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def get_next_url(request: HttpRequest, *, otherwise: str) -> str:
    """The address within the portal that came along as `next`; never one of another host."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return url
    return otherwise
