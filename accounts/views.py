"""The door: registration, sign-in, a new password, and the texts agreed to."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import forms, operations, queries, sessions, visitors
from accounts.alike import answers_in_steps
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import PhoneChallenge, Registration, TrustedDevice, User
from accounts.next_urls import get_next_url
from accounts.residents import resident_of
from accounts.second_factors import entrance, factors
from accounts.second_factors.passkey_views import find_site

REGISTRATION_KEY, RESET_KEY = "registration", "password_reset"


@login_not_required
@never_cache
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = forms.SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, own_device = timezone.now(), not form.cleaned_data["strange_device"]
        try:
            user = operations.check_sign_in(
                phone=form.cleaned_data["phone"],
                password=form.cleaned_data["password"],
                visitor=visitors.visitor_of(request),
                at=now,
            )
        except (operations.WrongCredentials, operations.TooManyAttempts) as error:
            form.add_error(None, str(error))
        else:
            next_url = get_next_url(request, otherwise="home")
            return entrance.go_on(request, user, own_device=own_device, next_url=next_url, at=now)
    context = {"form": form, "next": request.GET.get("next", ""), "takes_passkeys": find_site(request) is not None}
    return _page(request, "accounts/sign_in.html", context)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, also for one whose session has ended by itself: nobody is asked to come in to go out."""
    if request.user.is_authenticated:
        record_event(Kind.SIGN_OUT, user=resident_of(request), at=timezone.now())
    logout(request)
    messages.info(request, "Вы вышли из кабинета.")
    response = redirect("accounts:sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@login_not_required
@never_cache
@sensitive_post_parameters()
@answers_in_steps
def registration(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    at = timezone.now()
    form = forms.RegistrationForm(request.POST or None, at=at)
    if request.method == "POST" and form.is_valid():
        visitor = visitors.visitor_of(request)
        try:
            begun = operations.begin_registration(
                phone=form.cleaned_data["phone"],
                password=form.cleaned_data["password"],
                advertising=form.cleaned_data["advertising"],
                advertising_preselected=settings.ADVERTISING_PRESELECTED,
                personal_data=form.cleaned_data.get("personal_data", False),
                visitor=visitor,
                at=at,
            )
        except operations.AccountsError as error:
            form.add_error(None, str(error))
        else:
            request.session[visitors.DOOR_KEY] = visitor.session
            request.session[REGISTRATION_KEY] = str(begun.public_id)
            return redirect("accounts:registration_code")
    return _page(request, "accounts/registration.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters()
def registration_code(request: HttpRequest) -> HttpResponse:
    pending = queries.get_registration(_session_id(request, REGISTRATION_KEY))
    if pending is None:
        return redirect("accounts:registration")
    form = forms.FirstCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.confirm_registration(
                registration_id=pending.public_id, code=form.cleaned_data["code"], at=timezone.now()
            )
        except operations.AccountsError as error:
            form.add_error("code", str(error))
        except Registration.DoesNotExist:
            return redirect("accounts:sign_in")
        else:
            return _enter(request, user, REGISTRATION_KEY, own_device=not form.cleaned_data["strange_device"])
    return _page(request, "accounts/registration_code.html", {"form": form, **_wait_of(pending.challenge)})


@login_not_required
@require_POST
def registration_resend(request: HttpRequest) -> HttpResponse:
    try:
        operations.resend_registration_code(
            registration_id=_session_id(request, REGISTRATION_KEY),
            visitor=visitors.visitor_of(request),
            at=timezone.now(),
        )
    except Registration.DoesNotExist:
        return redirect("accounts:registration")
    except operations.AccountsError as error:
        messages.warning(request, str(error))
    else:
        messages.info(request, "Отправили новый код. Прежний больше не действует.")
    return redirect("accounts:registration_code")


@login_not_required
@never_cache
@answers_in_steps
def password_reset(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = forms.PasswordResetForm(request.POST or None, at=at)
    if request.method == "POST" and form.is_valid():
        visitor = visitors.visitor_of(request)
        try:
            challenge = operations.begin_password_reset(phone=form.cleaned_data["phone"], visitor=visitor, at=at)
        except operations.AccountsError as error:
            form.add_error(None, str(error))
        else:
            request.session[visitors.DOOR_KEY] = visitor.session
            request.session[RESET_KEY] = str(challenge.public_id)
            return redirect("accounts:password_reset_code")
    return _page(request, "accounts/password_reset.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters()
def password_reset_code(request: HttpRequest) -> HttpResponse:
    challenge = queries.get_reset_challenge(_session_id(request, RESET_KEY))
    if challenge is None:
        return redirect("accounts:password_reset")
    form = forms.NewPasswordForm(request.POST or None, phone=challenge.phone)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.reset_password(
                challenge_id=challenge.public_id,
                code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                at=timezone.now(),
            )
        except operations.AccountsError as error:
            form.add_error("code", str(error))
        else:
            return _enter(request, user, RESET_KEY, own_device=not form.cleaned_data["strange_device"])
    return _page(request, "accounts/password_reset_code.html", {"form": form, **_wait_of(challenge)})


@login_not_required
@require_POST
def password_reset_resend(request: HttpRequest) -> HttpResponse:
    try:
        challenge = operations.resend_password_reset_code(
            challenge_id=_session_id(request, RESET_KEY), visitor=visitors.visitor_of(request), at=timezone.now()
        )
    except PhoneChallenge.DoesNotExist:
        return redirect("accounts:password_reset")
    except operations.AccountsError as error:
        messages.warning(request, str(error))
    else:
        request.session[RESET_KEY] = str(challenge.public_id)
        messages.info(request, "Отправили новый код. Прежний больше не действует.")
    return redirect("accounts:password_reset_code")


@login_not_required
@require_safe
def document_detail(request: HttpRequest, kind: str) -> HttpResponse:
    document = queries.get_document(kind, at=timezone.now())
    if document is None:
        raise Http404
    return render(request, "accounts/document_detail.html", {"document": document})


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    failed = request.method == "POST" and bool(getattr(form, "errors", None))
    return render(request, template, context, status=422 if failed else 200)


def _enter(request: HttpRequest, user: User, used_key: str, *, own_device: bool) -> HttpResponse:
    """The code has just proved the phone, so the device is trusted; but not past an application (ASVS 6.4.3)."""
    request.session.pop(used_key, None)
    now = timezone.now()
    if used_key == RESET_KEY:
        sessions.end_other_sessions(user, kept_key=None)
        if factors.has_application(user):
            return entrance.begin(request, user, own_device=own_device, next_url="home", at=now)
    next_url = "home" if user.hidden_before is None else "recovery:recovery_prove"
    proof = TrustedDevice.Proof.SMS
    return entrance.let_in(request, user, proof=proof, own_device=own_device, next_url=next_url, at=now)


def _session_id(request: HttpRequest, key: str) -> UUID:
    """What this session is waiting for; the nil UUID, which fits nothing, when it waits for nothing."""
    return UUID(request.session.get(key, str(UUID(int=0))))


def _wait_of(challenge: PhoneChallenge) -> dict[str, object]:
    return visitors.describe_wait(challenge.phone, challenge=challenge, just_typed=True)
