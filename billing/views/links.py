from uuid import UUID

from django.http import HttpRequest, HttpResponse


def delivery_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def holder_end(request: HttpRequest, pk: int, holder_pk: int) -> HttpResponse:
    return HttpResponse()


def link_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def link_end(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def link_restore(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()
