"""Between the password and the cabinet: what proves that it is the resident who typed it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import visitors
from accounts.models import TrustedDevice
from accounts.operations import AccountsError
from accounts.second_factors import entrance, factors, forms, operations
from accounts.second_factors.passkey_views import find_site


@login_not_required
@never_cache
@sensitive_post_parameters()
def sign_in_confirm(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    half_in = entrance.read(request, at=now)
    if half_in is None:
        return redirect("accounts:sign_in")
    by_application = factors.has_application(half_in.user)
    form = forms.ApplicationCodeForm(request.POST or None) if by_application else forms.CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            if by_application:
                proof = operations.confirm_by_application(user=half_in.user, code=code, at=now)
            else:
                operations.confirm_by_sms(challenge=half_in.challenge, code=code, at=now)
                proof = TrustedDevice.Proof.SMS
        except AccountsError as error:
            form.add_error("code", str(error))
        else:
            return entrance.let_in(
                request,
                half_in.user,
                proof=proof,
                own_device=half_in.own_device,
                next_url=half_in.next_url,
                at=now,
            )
    context: dict[str, object] = {"form": form, "own_device": half_in.own_device, "sent": half_in.challenge is not None}
    context["asked_always"] = factors.is_asked_always()
    context["takes_passkeys"] = find_site(request) is not None and factors.has_passkey(half_in.user)
    template = "accounts/second_factors/sign_in_application.html"
    if not by_application:
        template = "accounts/second_factors/sign_in_sms.html"
        context |= visitors.describe_wait(
            str(half_in.user.phone), purpose=operations.PURPOSE, challenge=half_in.challenge
        )
    return render(request, template, context, status=422 if form.errors else 200)


@login_not_required
@require_POST
def sign_in_resend(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    half_in = entrance.read(request, at=now)
    if half_in is None:
        return redirect("accounts:sign_in")
    if factors.has_application(half_in.user):
        return redirect("second_factors:sign_in_confirm")
    try:
        challenge = operations.send_sign_in_code(
            user=half_in.user, visitor=visitors.visitor_of(request), at=now, former=half_in.challenge
        )
    except AccountsError as error:
        messages.warning(request, str(error))
    else:
        entrance.hold_challenge(request, challenge)
        words = "Прежний больше не действует." if half_in.challenge else "Он действует 5 минут."
        messages.info(request, f"Отправили код. {words}")
    return redirect("second_factors:sign_in_confirm")
