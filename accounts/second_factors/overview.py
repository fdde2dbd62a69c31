"""«Вход и безопасность»: what proves a resident, and where he is known and signed in (ASVS 7.5.2)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import phones, sessions
from accounts.models import Passkey, SessionRecord, TrustedDevice
from accounts.residents import resident_of
from accounts.second_factors import factors, places
from accounts.second_factors.passkey_views import find_site
from accounts.stepup import ask_for_password, require_recent_password


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    return render(
        request,
        "accounts/second_factors/overview.html",
        {
            "phone": phones.mask_phone(str(user.phone)),
            "application": factors.get_application(user),
            "spare_codes_left": factors.count_spare_codes(user),
            "when_asked": factors.describe_when(user),
            "passkeys": Passkey.objects.visible_to(user).order_by("pk"),
            "takes_passkeys": find_site(request) is not None,
            "places": places.get_places(user, current_key=request.session.session_key, at=now),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def device_end(request: HttpRequest, device_id: int) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    try:
        device = places.get_device(user, device_id)
    except TrustedDevice.DoesNotExist as error:
        raise Http404 from error
    if device.sessions.filter(session_id=request.session.session_key).exists():
        return redirect("second_factors:overview")
    if asked := ask_for_password(request, at=now):
        return asked
    if request.method == "POST":
        places.end_device(device=device, at=now)
        messages.success(request, "Забыли это устройство. Чтобы войти с него, понадобится пароль и код.")
        return redirect("second_factors:overview")
    context = {"name": device.name, "network_address": device.network_address, "last_seen_at": device.last_seen_at}
    return render(request, "accounts/second_factors/place_end.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def session_end(request: HttpRequest, record_id: int) -> HttpResponse:
    try:
        record = places.get_session(resident_of(request), record_id)
    except SessionRecord.DoesNotExist as error:
        raise Http404 from error
    if record.session_id == request.session.session_key:
        return redirect("second_factors:overview")
    if asked := ask_for_password(request, at=timezone.now()):
        return asked
    if request.method == "POST":
        sessions.end_sessions([record])
        messages.success(request, "Сеанс завершён: на том устройстве придётся войти заново.")
        return redirect("second_factors:overview")
    context = {"name": record.device, "network_address": record.network_address, "last_seen_at": record.last_seen_at}
    return render(request, "accounts/second_factors/place_end.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_recent_password()
def places_end(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        sessions.end_other_sessions(resident_of(request), kept_key=request.session.session_key)
        messages.success(request, "На всех остальных устройствах кабинет закрыт, и мы их больше не узнаём.")
        return redirect("second_factors:overview")
    return render(request, "accounts/second_factors/places_end.html")
