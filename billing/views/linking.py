from uuid import UUID

from django.http import HttpRequest, HttpResponse


def link_create(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def link_request_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return HttpResponse()
