"""What a resident sees of error reports."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def report_list(request: HttpRequest) -> HttpResponse:
    return render(request, "support/report_list.html")


def report_create(request: HttpRequest) -> HttpResponse:
    return render(request, "support/report_form.html")


def report_detail(request: HttpRequest, number: str) -> HttpResponse:
    raise Http404


def report_answer(request: HttpRequest, number: str) -> HttpResponse:
    raise Http404


def attachment_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    raise Http404
