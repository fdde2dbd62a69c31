from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def history(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def meter_history(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")
