"""«Новый номер»: the phone by which a resident comes in becomes another one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import known_devices, phones, sessions, visitors
from accounts.contacts import forms, operations
from accounts.forms import CodeForm
from accounts.models import PhoneChange, TrustedDevice, User
from accounts.operations.refusals import AccountsError
from accounts.recovery.holds import refuse_while_held
from accounts.residents import resident_of
from accounts.stepup import require_recent_password

CHANGE_KEY = "phone_change"
WHILE_THE_CODE_COMES = 15


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refuse_while_held
@require_recent_password()
def phone_change(request: HttpRequest) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    form = forms.NewPhoneForm(request.POST if request.method == "POST" else None, at=now)
    if form.is_valid():
        visitor = visitors.visitor_of(request)
        try:
            change = operations.begin_phone_change(user=user, phone=form.cleaned_data["phone"], visitor=visitor, at=now)
        except AccountsError as error:
            form.add_error("phone", str(error))
        else:
            request.session[visitors.DOOR_KEY] = visitor.session
            request.session[CHANGE_KEY] = str(change.public_id)
            return redirect("contacts:phone_code")
    context = {"form": form, "phone": phones.mask_phone(str(user.phone))}
    return render(request, "accounts/contacts/phone_form.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@require_recent_password(WHILE_THE_CODE_COMES)
def phone_code(request: HttpRequest) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    try:
        change = operations.get_waiting(user, _change_id(request))
    except PhoneChange.DoesNotExist:
        return redirect("contacts:phone_change")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = operations.confirm_phone_change(
                user=user, change_id=change.public_id, code=form.cleaned_data["code"], at=now
            )
        except AccountsError as error:
            form.add_error("code", str(error))
        else:
            _stay_here_alone(request, user)
            messages.success(request, "Номер изменён. Теперь входите с ним, на остальных устройствах заново.")
            return redirect("privacy:my_data")
    context = {"form": form, **visitors.describe_wait(change.phone, challenge=change.challenge, just_typed=True)}
    return render(request, "accounts/contacts/phone_code.html", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
def phone_resend(request: HttpRequest) -> HttpResponse:
    try:
        operations.resend_phone_code(
            user=resident_of(request),
            change_id=_change_id(request),
            visitor=visitors.visitor_of(request),
            at=timezone.now(),
        )
    except PhoneChange.DoesNotExist:
        return redirect("contacts:phone_change")
    except AccountsError as error:
        messages.warning(request, str(error))
    else:
        messages.info(request, "Отправили новый код. Прежний больше не действует.")
    return redirect("contacts:phone_code")


def _stay_here_alone(request: HttpRequest, user: User) -> None:
    """Every other session ends, and other devices prove themselves by the new number."""
    now, device = timezone.now(), known_devices.read_device(request)
    request.session.pop(CHANGE_KEY, None)
    sessions.renew_session(request, user, at=now)
    sessions.end_other_sessions(user, kept_key=request.session.session_key)
    others = TrustedDevice.objects.visible_to(user).standing()
    known_devices.end_devices(others.exclude(key_hash=device.key_hash) if device else others, at=now)


def _change_id(request: HttpRequest) -> UUID:
    """The nil UUID, which fits nothing, when this session changes nothing."""
    return UUID(request.session.get(CHANGE_KEY, str(UUID(int=0))))
