"""«Информация о приборе учёта № …» (domain.md 1.3 and 3)."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.residents import resident_of
from billing import operations as billing_operations
from billing.models import Link, Service
from meters import operations
from meters.forms import NicknameForm
from meters.meter_facts import list_facts, list_former, list_scales, list_unknown
from meters.models import Meter
from meters.queries.nicknames import name_meters
from meters.queries.places import Neighbourhood, get_last_readings, get_neighbourhood
from meters.verification import tell_verification


@require_http_methods(["GET", "HEAD", "POST"])
def meter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the card; POST is the resident's «Всё верно»."""
    user, now = resident_of(request), timezone.now()
    try:
        around = get_neighbourhood(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error
    if request.method == "POST":
        billing_operations.mark_meter_checked(user=user, link_id=around.link.pk, at=now)
        messages.success(request, "Отметили: сведения о счётчике верны.")
        return redirect("meters:meter_detail", pk)
    return render(request, "meters/meter_detail.html", _describe(user, around, now))


@require_POST
def meter_nickname(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    form = NicknameForm(request.POST)
    try:
        if form.is_valid():
            operations.name_meter(user=user, meter_id=pk, text=form.cleaned_data["text"], at=timezone.now())
            text = form.cleaned_data["text"]
            messages.success(request, f"Счётчик назван «{text}»." if text else "Название убрано.")
            return redirect("meters:meter_detail", pk)
        context = _describe(user, get_neighbourhood(user, pk), timezone.now())
    except (Meter.DoesNotExist, Link.DoesNotExist) as error:
        raise Http404 from error
    return render(request, "meters/meter_detail.html", {**context, "nickname_form": form}, status=422)


def _describe(user: User, around: Neighbourhood, now: datetime) -> dict[str, object]:
    name_meters(user, [around.place.meter])
    meter, service = around.place.meter, around.link.account.service
    missing = [word for word, value in (("номера", meter.serial), ("модели", meter.model)) if not value]
    return {
        "link": around.link,
        "place": around.place,
        "meter": meter,
        "facts": list_facts(around),
        "missing": " и ".join(missing),
        "unknown": list_unknown(around),
        "scales": list_scales(around, get_last_readings([around.place])[0]),
        "former": list_former(around),
        "nickname_form": NicknameForm(initial={"text": meter.nickname}),
        "verification": tell_verification(
            meter.verified_until, timezone.localdate(now), is_electricity=service == Service.ELECTRICITY
        ),
    }
