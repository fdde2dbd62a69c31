"""What is answered when a page could not be made."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

SECONDS_UNTIL_RETRY = 5


def page_failed(request: HttpRequest) -> HttpResponse:
    """A database out of reach is a pause, and says when to come again; anything else is our mistake."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    # Without the request, as with 500: who is signed in is asked of the database.
    response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(SECONDS_UNTIL_RETRY)
    response.headers["Cache-Control"] = "no-store"
    return response
