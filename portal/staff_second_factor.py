"""A newcomer among the staff gets the second factor before any room opens."""

import django_otp
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import sessions, stepup
from accounts.residents import resident_of
from accounts.second_factors import application as enrolment
from accounts.second_factors import factors, spare_codes

MINUTES_TO_ENROL = 15


class FirstCodeForm(forms.Form):
    code = forms.CharField(
        label="Код из приложения",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "Впишите шесть цифр из приложения."},
    )


def is_newcomer(user: object) -> bool:
    """One of the staff who has nothing but a password yet."""
    return bool(
        getattr(user, "is_authenticated", False)
        and getattr(user, "is_active", False)
        and getattr(user, "is_staff", False)
        and not django_otp.user_has_device(user)
    )


@login_not_required
@never_cache
@sensitive_post_parameters()
def second_factor(request: HttpRequest) -> HttpResponse:
    """The key as a picture and as letters; its first right code opens the door and shows the spare codes once."""
    if not is_newcomer(request.user):
        return redirect("admin:index")
    user, now = resident_of(request), timezone.now()
    if asked := stepup.ask_for_password(request, at=now, minutes=MINUTES_TO_ENROL):
        return asked
    form = FirstCodeForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            device, codes = enrolment.confirm_second_factor(user=user, code=form.cleaned_data["code"], at=now)
            sessions.renew_session(request, user, at=now)
            django_otp.login(request, device)
            return render(request, "admin/spare_codes.html", {"codes": codes})
    except enrolment.WrongSecondFactor as error:
        form.add_error("code", str(error))
    except TOTPDevice.DoesNotExist:
        return redirect("admin:second_factor")
    except enrolment.AlreadyEnrolled:
        return redirect("admin:index")
    try:
        device = enrolment.begin_second_factor(user=user)
    except enrolment.AlreadyEnrolled:
        return redirect("admin:index")
    context = {"form": form, "picture": enrolment.draw_key(device), "key": enrolment.spell_key(device)}
    return render(request, "admin/second_factor.html", context, status=422 if form.errors else 200)


@never_cache
def staff_spare_codes(request: HttpRequest) -> HttpResponse:
    """Ten new codes instead of those that were used or lost; behind the second factor, and the password again."""
    user, now = resident_of(request), timezone.now()
    if asked := stepup.ask_for_password(request, at=now):
        return asked
    context: dict[str, object] = {"left": factors.count_spare_codes(user)}
    if request.method == "POST":
        context["codes"] = spare_codes.renew_spare_codes(user=user, at=now)
    return render(request, "admin/spare_codes.html", context)
