"""The day after a new password by SMS: contacts and rights stay as they are (security.md T11)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.recovery import queries
from accounts.residents import resident_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def show_hold(request: HttpRequest, *, at: datetime) -> HttpResponse | None:
    """The page that says from when it will be possible; None when it is now."""
    until = queries.get_hold(resident_of(request), at=at)
    return show_wait(request, until=until, reason="recovery") if until else None


def show_wait(request: HttpRequest, *, until: datetime, reason: str) -> HttpResponse:
    """`reason`: what the day is for, "recovery" or "new_link"."""
    return render(request, "accounts/recovery/wait.html", {"until": until, "reason": reason}, status=409)


def refuse_while_held(view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        held = show_hold(request, at=timezone.now())
        return view(request, *args, **kwargs) if held is None else held

    return guarded
