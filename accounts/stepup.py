"""What touches rights, contact data or money asks for the password again (security.md S15)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import sessions

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def ask_for_password(request: HttpRequest, *, at: datetime, minutes: int = 5) -> HttpResponse | None:
    """The way to the password page, or None when the password was typed in this session not long ago."""
    typed_at = float(request.session.get(sessions.PASSWORD_AT, 0))
    if 0 <= at.timestamp() - typed_at < timedelta(minutes=minutes).total_seconds():
        return None
    return redirect(f"{reverse('privacy:password_confirm')}?{urlencode({'next': request.path})}")


def require_recent_password(minutes: int = 5) -> Callable[[View[P]], View[P]]:
    """For a view whose GET shows a form: the way goes over the password page and back to that form."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asked = ask_for_password(request, at=timezone.now(), minutes=minutes)
            return view(request, *args, **kwargs) if asked is None else asked

        return guarded

    return decorate
