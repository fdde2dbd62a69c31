"""Attempts to reach what one has no right to (ASVS 16.3.2, 16.3.3)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.csrf import csrf_failure

from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import User


def note_refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A page refused to somebody signed in, or a row of an address that is not theirs, is an event.

    One a minute for a person and a page, so that a crawl of addresses fills no table.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in (403, 404) and isinstance(user := request.user, User):
            match = request.resolver_match
            if match and (response.status_code == 403 or match.kwargs):
                _note(user, match.view_name, response.status_code)
        return response

    return middleware


def refuse_forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is not ours, or has lost its cookie."""
    user = request.user if isinstance(request.user, User) else None
    page = request.resolver_match.view_name if request.resolver_match else ""
    record_event(
        Kind.FORGED, user=user, subject=page, result=Result.DENIED, figures={"page": page[:80]}, at=timezone.now()
    )
    return csrf_failure(request, reason)


def _note(user: User, page: str, status: int) -> None:
    record_event(
        Kind.DENIED,
        user=user,
        subject=f"page:{page}",
        result=Result.DENIED,
        figures={"page": page[:80], "status": status},
        at=timezone.now(),
    )
