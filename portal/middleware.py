"""What every answer carries, and what no request may."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.views.defaults import bad_request


def private_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keep a signed-in resident's pages out of every cache, and features the portal never asks for switched off."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No address and no cookie of the portal holds a NUL; a database that is asked for a text with one breaks off."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        if any("\0" in value for value in request.COOKIES.values()):
            return bad_request(request, ValueError("NUL"))
        return get_response(request)

    return middleware


def packed_static(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Packs styles and scripts on their way where nobody packed them before, as in `make run`.

    Pages stay as they are: they carry secrets, and what answers in front of the portal decides on those.
    """
    gzip = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_static = response.status_code == 200 and request.path.startswith(settings.STATIC_URL)
        if is_static and response.headers.get("Content-Type", "").startswith(("text/", "image/svg")):
            return gzip.process_response(request, response)  # type: ignore[return-value]
        return response

    return middleware
