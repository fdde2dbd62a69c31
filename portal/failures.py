"""What is answered when a page could not be made."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from accounts.hashing_slots import HashingBusy

SECONDS_UNTIL_RETRY = 5
# So many people come in at once that their passwords cannot all be looked at (security.md S11).
SECONDS_OF_A_RUSH = 60


def page_failed(request: HttpRequest) -> HttpResponse:
    """A database out of reach is a pause, and says when to come again; anything else is our mistake."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError | HashingBusy):
        return server_error(request)
    is_rush = isinstance(error, HashingBusy)
    # Without the request, as with 500: who is signed in is asked of the database.
    response = HttpResponse(render_to_string("503.html", {"is_rush": is_rush}), status=503)
    response.headers["Retry-After"] = str(SECONDS_OF_A_RUSH if is_rush else SECONDS_UNTIL_RETRY)
    response.headers["Cache-Control"] = "no-store"
    return response
