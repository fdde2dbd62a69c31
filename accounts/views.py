"""The door: registration, sign-in, a new password, and the texts agreed to."""

import secrets
from math import ceil
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import forms, known_devices, network, operations, phones, queries, sessions
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.challenges import MAX_CHECKS
from accounts.models import PhoneChallenge, Registration, User
from accounts.operations.refusals import say_when
from accounts.residents import resident_of

REGISTRATION_KEY, RESET_KEY, DOOR_KEY = "registration", "password_reset", "door"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = forms.SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.check_sign_in(visitor=_visitor(request), at=timezone.now(), **form.cleaned_data)
        except (operations.WrongCredentials, operations.TooManyAttempts) as error:
            form.add_error(None, str(error))
        else:
            login(request, user, backend=BACKEND)
            sessions.remember_session(request, user, at=timezone.now())
            response = redirect(_next_url(request))
            known_devices.remember_device(request, response, user)
            return response
    return _page(request, "accounts/sign_in.html", {"form": form, "next": request.GET.get("next", "")})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    record_event(Kind.SIGN_OUT, user=resident_of(request), at=timezone.now())
    logout(request)
    response = redirect("accounts:sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@login_not_required
@never_cache
@sensitive_post_parameters()
def registration(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    at = timezone.now()
    form = forms.RegistrationForm(request.POST or None, at=at)
    if request.method == "POST" and form.is_valid():
        visitor = _visitor(request)
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
            request.session[DOOR_KEY] = visitor.session
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
    form = forms.CodeForm(request.POST or None)
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
            return _enter(request, user, REGISTRATION_KEY)
    return _page(request, "accounts/registration_code.html", {"form": form, **_waiting(pending.challenge)})


@login_not_required
@require_POST
def registration_resend(request: HttpRequest) -> HttpResponse:
    try:
        operations.resend_registration_code(
            registration_id=_session_id(request, REGISTRATION_KEY),
            visitor=_visitor(request),
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
def password_reset(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = forms.PasswordResetForm(request.POST or None, at=at)
    if request.method == "POST" and form.is_valid():
        visitor = _visitor(request)
        try:
            challenge = operations.begin_password_reset(phone=form.cleaned_data["phone"], visitor=visitor, at=at)
        except operations.AccountsError as error:
            form.add_error(None, str(error))
        else:
            request.session[DOOR_KEY] = visitor.session
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
            user = operations.reset_password(challenge_id=challenge.public_id, at=timezone.now(), **form.cleaned_data)
        except operations.AccountsError as error:
            form.add_error("code", str(error))
        else:
            return _enter(request, user, RESET_KEY)
    return _page(request, "accounts/password_reset_code.html", {"form": form, **_waiting(challenge)})


@login_not_required
@require_POST
def password_reset_resend(request: HttpRequest) -> HttpResponse:
    try:
        challenge = operations.resend_password_reset_code(
            challenge_id=_session_id(request, RESET_KEY), visitor=_visitor(request), at=timezone.now()
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
@require_GET
def document_detail(request: HttpRequest, kind: str) -> HttpResponse:
    document = queries.get_document(kind, at=timezone.now())
    if document is None:
        raise Http404
    return render(request, "accounts/document_detail.html", {"document": document})


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    failed = request.method == "POST" and bool(getattr(form, "errors", None))
    return render(request, template, context, status=422 if failed else 200)


def _enter(request: HttpRequest, user: User, used_key: str) -> HttpResponse:
    request.session.pop(used_key, None)
    login(request, user, backend=BACKEND)
    sessions.remember_session(request, user, at=timezone.now())
    if used_key == RESET_KEY:
        sessions.end_other_sessions(user, kept_key=request.session.session_key)
    response = redirect("home")
    known_devices.remember_device(request, response, user)
    return response


def _visitor(request: HttpRequest) -> operations.Visitor:
    return operations.Visitor(
        address=network.client_address(request),
        user_agent=network.user_agent(request),
        session=request.session.get(DOOR_KEY) or secrets.token_hex(16),
        device=known_devices.read_device(request),
    )


def _session_id(request: HttpRequest, key: str) -> UUID:
    """What this session is waiting for; the nil UUID, which fits nothing, when it waits for nothing."""
    return UUID(request.session.get(key, str(UUID(int=0))))


def _waiting(challenge: PhoneChallenge) -> dict[str, object]:
    now = timezone.now()
    until = queries.get_resend_time(challenge.phone, at=now)
    challenge.refresh_from_db(fields=["checks"])
    return {
        "phone": phones.mask_phone(challenge.phone),
        "has_guesses": challenge.checks < MAX_CHECKS,
        "resend_in": ceil((until - now).total_seconds()) if until else 0,
        "resend_when": say_when(until, now) if until else "",
    }


def _next_url(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return url
    return "home"
