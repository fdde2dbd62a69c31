from uuid import UUID

from django.http import HttpRequest, HttpResponse


def account_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def link_check(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()
