"""«Кто смотрел мои данные»."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit import queries
from accounts.residents import resident_of
from notifications.page_keys import read_key


@require_safe
def views_of_staff(request: HttpRequest) -> HttpResponse:
    before = read_key(request.GET.get("before", ""))
    days, older = queries.get_views(resident_of(request), before=before)
    context = {"days": days, "older": older, "is_first": before is None}
    return render(request, "accounts/privacy/staff_views.html", context)
