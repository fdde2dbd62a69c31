"""«Мои данные»: what the portal knows of a resident, and what he may do about it."""

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import network, phones, sessions, stepup
from accounts.models import ConsentDocument, EmailChange
from accounts.next_urls import get_next_url
from accounts.operations import Visitor
from accounts.privacy import forms, operations, queries
from accounts.privacy.consents import OPTIONAL_CONSENTS
from accounts.recovery.holds import refuse_while_held
from accounts.residents import resident_of
from accounts.stepup import require_recent_password


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    return render(
        request,
        "accounts/privacy/my_data.html",
        {
            "phone": phones.mask_phone(str(user.phone)),
            "email": user.email,
            "waiting_email": queries.get_waiting_email(user, at=now),
            "past_is_hidden": user.hidden_before is not None,
            "consents": queries.get_consents(user, at=now),
        },
    )


@require_POST
def consent_decide(request: HttpRequest, kind: str) -> HttpResponse:
    form = forms.DecisionForm(request.POST)
    if kind not in OPTIONAL_CONSENTS or not form.is_valid():
        raise Http404
    visitor = Visitor(address=network.client_address(request), user_agent=network.user_agent(request))
    given: bool = form.cleaned_data["given"]
    try:
        operations.decide_consent(user=resident_of(request), kind=kind, given=given, visitor=visitor, at=timezone.now())
    except ConsentDocument.DoesNotExist as error:
        raise Http404 from error
    except operations.TooManyDecisions as error:
        messages.warning(request, str(error))
        return redirect("privacy:my_data")
    messages.success(request, "Записали ваше согласие." if given else "Согласие отозвано и больше не действует.")
    return redirect("privacy:my_data")


@require_safe
def document_detail(request: HttpRequest, document_id: int) -> HttpResponse:
    try:
        document = queries.get_decided_document(resident_of(request), document_id)
    except ConsentDocument.DoesNotExist as error:
        raise Http404 from error
    return render(request, "accounts/document_detail.html", {"document": document})


@never_cache
@sensitive_post_parameters()
def password_confirm(request: HttpRequest) -> HttpResponse:
    next_url = get_next_url(request, otherwise="/my-data/")
    typed = request.POST.get("typed", "")
    form = forms.ConfirmPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, now = resident_of(request), timezone.now()
        try:
            operations.confirm_password(user=user, password=form.cleaned_data["password"], at=now)
        except (operations.WrongPassword, operations.TooManyWrongPasswords) as error:
            form.add_error("password", str(error))
        else:
            sessions.renew_session(request, user, at=now)
            if typed:
                return stepup.show_typed_again(request, next_url=next_url, typed=typed)
            return redirect(next_url)
    return stepup.show_password_page(request, form, next_url=next_url, typed=typed)


@never_cache
@sensitive_post_parameters()
@require_recent_password()
def password_change(request: HttpRequest) -> HttpResponse:
    form = forms.ChangePasswordForm(request.POST or None, user=resident_of(request))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        user = operations.change_password(user=resident_of(request), password=form.cleaned_data["password"], at=now)
        sessions.renew_session(request, user, at=now)
        sessions.end_other_sessions(user, kept_key=request.session.session_key)
        messages.success(request, "Пароль изменён. На остальных устройствах придётся войти заново.")
        return redirect("privacy:my_data")
    return _page(request, "password_form.html", form)


@refuse_while_held
@require_recent_password()
def email_change(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    form = forms.EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.request_email_change(user=user, email=form.cleaned_data["email"], at=timezone.now())
        except operations.TooManyEmailChanges as error:
            form.add_error("email", str(error))
        else:
            messages.info(request, "Отправили письмо со ссылкой. Откройте её в течение суток.")
            return redirect("privacy:my_data")
    return _page(request, "email_form.html", form, email=user.email)


@require_POST
def email_withdraw(request: HttpRequest) -> HttpResponse:
    operations.withdraw_email_change(user=resident_of(request), at=timezone.now())
    return redirect("privacy:my_data")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    try:
        change = queries.get_email_change(user, operations.read_email_link(token))
        if request.method == "POST":
            operations.confirm_email_change(user=user, change_id=change.pk, at=now)
            messages.success(
                request, "Почта подтверждена. Получать на неё счета можно выбрать в «Абонентах и группах»."
            )
            return redirect("privacy:my_data")
    except EmailChange.DoesNotExist as error:
        raise Http404 from error
    except operations.LinkExpired as error:
        messages.warning(request, str(error))
        return redirect("privacy:my_data")
    return render(request, "accounts/privacy/email_confirm.html", {"change": change})


def _page(request: HttpRequest, template: str, form: BaseForm, **context: object) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"accounts/privacy/{template}", {"form": form, **context}, status=status)
