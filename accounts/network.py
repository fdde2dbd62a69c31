"""Where a request came from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address of the person, as far as trusted proxies tell (`TRUSTED_PROXY_COUNT`).

    Only the entry that our own proxy wrote counts; what the client sent itself in `X-Forwarded-For` does not.
    """
    if settings.TRUSTED_PROXY_COUNT:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXY_COUNT:
            return str(hops[-settings.TRUSTED_PROXY_COUNT])
    return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")


def user_agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:300]
