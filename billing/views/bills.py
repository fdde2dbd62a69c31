from uuid import UUID

from django.http import HttpRequest, HttpResponse


def bill_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def bill_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return HttpResponse()


def payment_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def payment_overview(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
