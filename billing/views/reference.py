from uuid import UUID

from django.http import HttpRequest, HttpResponse


def branch_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def tariff_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
