"""Home, «Ещё», help, the demo's messages, and what a load balancer asks."""

import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import queries as accounts
from accounts.residents import resident_of
from portal.demo import people
from portal.home import get_home


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {"home": get_home(resident_of(request), at=timezone.localtime())})


@login_not_required
@require_safe
def more(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/more.html", {"documents": accounts.get_documents(at=timezone.now())})


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html")


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    return JsonResponse({"database": "ok"})


@login_not_required
@require_safe
def demo_messages(request: HttpRequest) -> HttpResponse:
    """What the demo sent, newest first. Outside the demo neither the page nor the files exist."""
    if not settings.DEMO:
        raise PermissionDenied
    return render(
        request,
        "portal/demo_messages.html",
        {
            "sms": _read_lines(settings.SMS_FILE),
            "letters": _read_lines(settings.EMAIL_FILE),
            "staff_code": people.current_staff_code(at=timezone.now()),
        },
    )


def _read_lines(path: str, newest: int = 50) -> list[dict[str, object]]:
    file = Path(path)
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()[-newest:]
    return [json.loads(line) for line in reversed(lines)]
