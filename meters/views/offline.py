"""The form of readings without a network: its shell, and the door for what a device kept meanwhile."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.residents import resident_of
from billing.calendar import name_month
from meters import operations
from meters.cards import get_reading_cards
from meters.forms import ReadingsForm
from meters.models import Meter
from meters.offline import make_owner_mark


@login_not_required
@require_safe
def offline_form(request: HttpRequest) -> HttpResponse:
    """The same for everybody and without a single fact, so the service worker may keep it."""
    response = render(request, "meters/offline_form.html")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def kept_sendings(request: HttpRequest) -> JsonResponse:
    """GET says whose session this is and gives a fresh token; POST takes one kept form, under the key it was kept with.

    The day of arrival is the day that counts: which bill the readings enter is told in the answer.
    """
    user = resident_of(request)
    if request.method != "POST":
        return JsonResponse({"owner": make_owner_mark(user), "token": get_token(request)})
    now = timezone.now()
    today = timezone.localdate(now)
    form = ReadingsForm(request.POST, cards=get_reading_cards(user, today, to_show=False))
    if not form.is_valid():
        return _refuse([str(error) for errors in form.errors.values() for error in errors])
    key = form.cleaned_data["key"]
    try:
        sent = operations.submit_readings(user=user, key=key, typed=form.typed, taken_on=today, at=now)
    except Meter.DoesNotExist:
        return _refuse(["Один из счётчиков больше не привязан к вам."])
    bills = sorted({row.period for row in sent})
    return JsonResponse(
        {
            "receipts": [row.receipt for row in sent],
            "bills": [name_month(period) for period in bills],
            "url": reverse("meters:submission_batch", args=[key]),
        }
    )


def _refuse(errors: list[str]) -> JsonResponse:
    return JsonResponse({"errors": errors}, status=422)
