"""What touches rights, contact data or money asks for the password again (security.md S15)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import sessions
from accounts.privacy.forms import ConfirmPasswordForm

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def ask_for_password(request: HttpRequest, *, at: datetime, minutes: int = 5) -> HttpResponse | None:
    """The way to the password page, or None when the password was typed in this session not long ago.

    A form that was left open too long loses nothing: what was typed in it, but passwords, travels in the password page
    and comes back to be sent again. It rests neither in the session nor in an address.
    """
    typed_at = float(request.session.get(sessions.PASSWORD_AT, 0))
    if 0 <= at.timestamp() - typed_at < timedelta(minutes=minutes).total_seconds():
        return None
    if typed := _gather_typed(request.POST):
        return show_password_page(request, ConfirmPasswordForm(), next_url=request.path, typed=typed)
    return redirect(f"{reverse('privacy:password_confirm')}?{urlencode({'next': request.path})}")


def show_password_page(request: HttpRequest, form: ConfirmPasswordForm, *, next_url: str, typed: str) -> HttpResponse:
    """`typed`: the fields of the form that was on its way, as a query string; empty when there was none."""
    return render(
        request,
        "accounts/privacy/password_confirm.html",
        {"form": form, "next": next_url, "typed": typed, "way_out": _find_way_out(next_url)},
        status=422 if form.is_bound and form.errors else 200,
    )


def show_typed_again(request: HttpRequest, *, next_url: str, typed: str) -> HttpResponse:
    """After the right password: one tap sends the form that was on its way."""
    fields = [(name, value) for name, values in QueryDict(typed).lists() for value in values]
    return render(request, "accounts/privacy/password_continue.html", {"next": next_url, "fields": fields})


def require_recent_password(minutes: int = 5) -> Callable[[View[P]], View[P]]:
    """The way goes over the password page and back, whether the form was only opened or sent already."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asked = ask_for_password(request, at=timezone.now(), minutes=minutes)
            return view(request, *args, **kwargs) if asked is None else asked

        return guarded

    return decorate


def _find_way_out(next_url: str) -> str:
    """Where one came from, more or less: the page above the one that is guarded. «Мои данные» guard many in a row."""
    my_data = reverse("privacy:my_data")
    if next_url.startswith(my_data):
        return my_data
    above = urlsplit(next_url).path
    while above != "/":
        above = above[: above.rstrip("/").rfind("/") + 1] or "/"
        with suppress(Resolver404):
            resolve(above)
            break
    return above


def _gather_typed(posted: QueryDict) -> str:
    kept = posted.copy()
    for name in posted:
        if name == "csrfmiddlewaretoken" or "password" in name or "code" in name:
            del kept[name]
    return kept.urlencode()
