from uuid import UUID

from django.http import HttpRequest, HttpResponse


def group_create(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()


def group_delete(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse()
