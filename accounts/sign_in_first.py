"""Who is not signed in is led to the door, and afterwards to a page he can open."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect

from accounts.next_urls import is_ours

OPENS = {"GET", "HEAD"}


class SignInFirst(LoginRequiredMiddleware):
    """Django's own, but for a form that was sent when the session had ended.

    An address that only takes a form cannot be opened by the one who comes back: the page the form stood on can.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        page = "" if request.method in OPENS else _find_page_of_form(request)
        if not page:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(page, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


def _find_page_of_form(request: HttpRequest) -> str:
    """The path of our own page that sent the form; empty when the browser does not tell."""
    referer = request.headers.get("Referer", "")
    if not is_ours(request, referer):
        return ""
    address = urlsplit(referer)
    page = f"{address.path}?{address.query}" if address.query else address.path
    return page if page.startswith("/") else ""
