"""Where the request at hand comes from, for rows that say so; nothing else may lean on it."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from accounts import network


@dataclass(frozen=True)
class Source:
    """The network address and the browser; both empty in a worker and on the command line."""

    address: str | None = None
    user_agent: str = ""


_source: ContextVar[Source | None] = ContextVar("audit_source", default=None)


def note_source(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Remember the source for as long as the request lasts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _source.set(Source(network.client_address(request), network.user_agent(request)))
        try:
            return get_response(request)
        finally:
            _source.reset(token)

    return middleware


def get_source() -> Source:
    return _source.get() or Source()
