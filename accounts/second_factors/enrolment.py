"""A resident sets up the application with codes, takes spare codes, or turns it off again."""

from urllib.parse import quote

import django_otp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import sessions
from accounts.residents import resident_of
from accounts.second_factors import application, factors, forms, spare_codes
from accounts.stepup import require_recent_password


@never_cache
@sensitive_post_parameters()
@require_recent_password(minutes=15)
def application_form(request: HttpRequest) -> HttpResponse:
    """The key as a picture and as letters; its first right code turns it on and shows the spare codes once."""
    user, now = resident_of(request), timezone.now()
    form = forms.FirstCodeForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            device, codes = application.confirm_second_factor(user=user, code=form.cleaned_data["code"], at=now)
            sessions.renew_session(request, user, at=now)
            sessions.end_other_sessions(user, kept_key=request.session.session_key)
            if user.is_staff:
                django_otp.login(request, device)
            return _show_codes(request, codes, is_new=True)
        device = application.begin_second_factor(user=user)
    except application.WrongSecondFactor as error:
        form.add_error("code", str(error))
        device = application.begin_second_factor(user=user)
    except TOTPDevice.DoesNotExist:
        return redirect("second_factors:application_form")
    except application.AlreadyEnrolled:
        return redirect("second_factors:overview")
    context = {"form": form, "picture": application.draw_key(device), "key": application.spell_key(device)}
    return render(request, "accounts/second_factors/application_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require_recent_password()
def application_end(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    if not factors.has_application(user):
        return redirect("second_factors:overview")
    if request.method == "POST":
        try:
            application.end_application(user=user, at=timezone.now())
        except application.StaffNeedIt as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "Приложение выключено. Вход снова подтверждает код из СМС.")
        return redirect("second_factors:overview")
    return render(request, "accounts/second_factors/application_end.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_recent_password()
def spare_codes_form(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    if request.method == "POST":
        try:
            return _show_codes(request, spare_codes.renew_spare_codes(user=user, at=timezone.now()), is_new=False)
        except spare_codes.NoApplication as error:
            messages.warning(request, str(error))
            return redirect("second_factors:overview")
    if not factors.has_application(user):
        return redirect("second_factors:overview")
    return render(request, "accounts/second_factors/spare_codes_form.html", {"left": factors.count_spare_codes(user)})


def _show_codes(request: HttpRequest, codes: list[str], *, is_new: bool) -> HttpResponse:
    """This once: the codes to read, to copy and as a file; nothing of them is kept."""
    text = "\n".join(["Личный кабинет, запасные коды. Каждый подходит один раз.", "", *codes, ""])
    file = f"data:text/plain;charset=utf-8,{quote(text)}"
    return render(
        request,
        "accounts/second_factors/spare_codes.html",
        {"codes": codes, "text": "\n".join(codes), "file": file, "is_new": is_new},
    )
