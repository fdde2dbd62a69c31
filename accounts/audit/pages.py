"""«Кто смотрел мои данные»."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.audit import queries
from accounts.residents import resident_of


@require_GET
def views_of_staff(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    days, older = queries.get_views(resident_of(request), before=int(before) if before.isdecimal() else None)
    return render(request, "accounts/privacy/staff_views.html", {"days": days, "older": older, "is_first": not before})
