"""Coming in by a passkey, and the resident's keys. Only a browser with JavaScript is offered any of it."""

from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts import devices, network, sessions
from accounts.models import Passkey, TrustedDevice
from accounts.next_urls import get_next_url
from accounts.residents import resident_of
from accounts.second_factors import entrance, forms, passkeys
from accounts.second_factors.passkeys import Request, Site
from accounts.stepup import ask_for_password, require_recent_password

CHALLENGE_KEY = "passkey_challenge"
CHALLENGE_LIVES = timedelta(minutes=5)


def find_site(request: HttpRequest) -> Site | None:
    """None where browsers know no passkeys: at a bare network address, or at another name than the portal's own."""
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    if not settings.LOCAL and host != urlsplit(settings.PUBLIC_URL).hostname:
        return None
    try:
        ip_address(host)
    except ValueError:
        return Site(host, f"{request.scheme}://{request.get_host()}")
    return None


@login_not_required
@never_cache
@require_POST
def passkey_request(request: HttpRequest, *, confirms: bool = False) -> HttpResponse:
    """What the browser asks of the device, as JSON."""
    site, now = find_site(request), timezone.now()
    half_in = entrance.read(request, at=now) if confirms else None
    if site is None or (confirms and half_in is None):
        raise Http404
    asked = passkeys.ask_for_proof(site=site, user=half_in.user if half_in else None)
    _hold(request, asked, at=now)
    return HttpResponse(asked.options, content_type="application/json")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_POST
def passkey_sign_in(request: HttpRequest, *, confirms: bool = False) -> HttpResponse:
    """In by a passkey alone, or, half in, by one instead of the code."""
    site, now = find_site(request), timezone.now()
    half_in = entrance.read(request, at=now) if confirms else None
    if site is None or (confirms and half_in is None):
        return redirect("accounts:sign_in")
    try:
        user = passkeys.prove_by_passkey(
            credential=request.POST.get("credential", ""),
            challenge=_take(request, at=now),
            site=site,
            at=now,
            user=half_in.user if half_in else None,
        )
    except passkeys.PasskeyRefused as error:
        messages.warning(request, str(error))
        return redirect("second_factors:sign_in_confirm" if half_in else "accounts:sign_in")
    return entrance.let_in(
        request,
        user,
        proof=TrustedDevice.Proof.PASSKEY,
        own_device=half_in.own_device if half_in else "strange_device" not in request.POST,
        next_url=half_in.next_url if half_in else get_next_url(request, otherwise="home"),
        at=now,
    )


@never_cache
@require_recent_password()
def passkey_add(request: HttpRequest) -> HttpResponse:
    user, site, now = resident_of(request), find_site(request), timezone.now()
    if site is None:
        return redirect("second_factors:overview")
    form = forms.PasskeyForm(request.POST or None, initial={"name": devices.name_device(network.user_agent(request))})
    if request.method == "POST" and form.is_valid():
        try:
            passkeys.add_passkey(
                user=user,
                credential=request.POST.get("credential", ""),
                challenge=_take(request, at=now),
                site=site,
                name=form.cleaned_data["name"],
                at=now,
            )
        except (passkeys.PasskeyRefused, passkeys.TooManyPasskeys) as error:
            form.add_error(None, str(error))
        else:
            sessions.renew_session(request, user, at=now)
            messages.success(request, "Ключ добавлен. В следующий раз войдите с ним: пароль и код не понадобятся.")
            return redirect("second_factors:overview")
    asked = passkeys.ask_for_new(user=user, site=site)
    _hold(request, asked, at=now)
    context = {"form": form, "options": asked.options}
    return render(request, "accounts/second_factors/passkey_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def passkey_edit(request: HttpRequest, passkey_id: int) -> HttpResponse:
    passkey = _get_passkey(request, passkey_id)
    form = forms.PasskeyForm(request.POST or None, initial={"name": passkey.name})
    if request.method == "POST" and form.is_valid():
        passkeys.rename_passkey(passkey=passkey, name=form.cleaned_data["name"])
        return redirect("second_factors:overview")
    context = {"form": form, "passkey": passkey}
    return render(request, "accounts/second_factors/passkey_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def passkey_end(request: HttpRequest, passkey_id: int) -> HttpResponse:
    passkey, now = _get_passkey(request, passkey_id), timezone.now()
    if asked := ask_for_password(request, at=now):
        return asked
    if request.method == "POST":
        passkeys.end_passkey(passkey=passkey, at=now)
        messages.success(request, "Ключ больше не открывает кабинет. Удалите его и на самом устройстве.")
        return redirect("second_factors:overview")
    return render(request, "accounts/second_factors/passkey_end.html", {"passkey": passkey})


def _get_passkey(request: HttpRequest, passkey_id: int) -> Passkey:
    try:
        return Passkey.objects.visible_to(resident_of(request)).select_related("user").get(pk=passkey_id)
    except Passkey.DoesNotExist as error:
        raise Http404 from error


def _hold(request: HttpRequest, asked: Request, *, at: datetime) -> None:
    until = (at + CHALLENGE_LIVES).timestamp()
    request.session[CHALLENGE_KEY] = {"challenge": bytes_to_base64url(asked.challenge), "until": until}


def _take(request: HttpRequest, *, at: datetime) -> bytes:
    """The challenge of this session, for one answer; when there is none, nothing fits."""
    held = request.session.pop(CHALLENGE_KEY, None)
    if not held or at.timestamp() >= held["until"]:
        return b""
    return base64url_to_bytes(held["challenge"])
