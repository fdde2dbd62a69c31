"""The time of an answer tells nothing of whether a phone has a cabinet (security.md S12)."""

import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]


def answers_in_steps(view: View) -> View:
    """A posted form is answered at the next whole step of `ANSWER_STEP` seconds after it came.

    What is done for a phone with a cabinet and for one without takes some milliseconds more or less, all of them within
    one step. The wait holds no row and no lock.
    """

    @wraps(view)
    def waiting(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = view(request)
        if request.method == "POST" and settings.ANSWER_STEP:
            taken = time.monotonic() - began
            time.sleep(-taken % settings.ANSWER_STEP)
        return response

    return waiting
