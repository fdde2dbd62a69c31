"""Where a request came from."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "127.0.0.1"


def client_address(request: HttpRequest) -> str:
    """The network address of the person, as far as trusted proxies tell (`TRUSTED_PROXY_COUNT`).

    Only the entry that our own proxy wrote counts; what the client sent itself in `X-Forwarded-For` does not.
    """
    if settings.TRUSTED_PROXY_COUNT:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXY_COUNT:
            return _valid(hops[-settings.TRUSTED_PROXY_COUNT])
    return _valid(str(request.META.get("REMOTE_ADDR") or UNKNOWN))


def subject_of(address: str) -> str:
    """Whom limits count by: an IPv4 address, or the /64 that one IPv6 subscriber has whole (security.md S4)."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((int(parsed), 64), strict=False))
    return str(parsed)


def _valid(text: str) -> str:
    """Without a scope or a port; what is no address at all is counted together."""
    bare = text.partition("%")[0]
    for candidate in (bare, bare.rpartition(":")[0].strip("[]")):
        try:
            return str(ip_address(candidate))
        except ValueError:
            continue
    return UNKNOWN


def user_agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:300]
