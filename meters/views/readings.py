from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render



def reading_form(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def submission_batch(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def submission_verdict(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def submission_detail(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def submission_confirm(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def submission_correct(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")


def submission_withdraw(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "portal/more.html")
