from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def meter_detail(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")
