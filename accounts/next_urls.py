"""Where a page that stood in the way leads on."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def get_next_url(request: HttpRequest, *, otherwise: str) -> str:
    """The address within the portal that came along as `next`; never one of another host."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    # Without the stroke it would be taken for the name of a view.
    return url if url.startswith("/") and is_ours(request, url) else otherwise


def is_ours(request: HttpRequest, url: str) -> bool:
    """Whether an address, whole or from the root on, stays within the portal."""
    return url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
