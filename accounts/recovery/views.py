"""«Подтвердите, что кабинет ваш»: after a new password by SMS."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import network
from accounts.models import Recovery, User
from accounts.operations.refusals import AccountsError
from accounts.recovery import forms, letters, opening, operations, queries
from accounts.residents import resident_of


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_prove(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    if user.hidden_before is None:
        return redirect("home")
    ways, by_letter = forms.get_open_ways(user), letters.find_by_address(user) is not None
    data = request.POST if request.method == "POST" else None
    form = forms.WayForm(data, ways=ways, by_letter=by_letter)
    proof_forms = forms.build_proof_forms(ways, data)
    if form.is_valid():
        chosen = next((each for each in proof_forms if each.is_bound), None)
        if chosen is None or chosen.is_valid():
            try:
                return _prove(request, user, chosen)
            except AccountsError as error:
                form.add_error(None, str(error))
    failed = data is not None
    return render(
        request,
        "accounts/recovery/prove.html",
        {
            "form": form,
            "proof_forms": proof_forms,
            "all_forms": [form, *proof_forms],
            "has_ways": bool(ways or by_letter),
            "letter_way": letters.BY,
            "hold": queries.get_hold(user, at=timezone.now()),
        },
        status=422 if failed else 200,
    )


def _prove(request: HttpRequest, user: User, chosen: forms.ProofForm | None) -> HttpResponse:
    now = timezone.now()
    if chosen is None:
        letters.send_letter(user=user, at=now)
        messages.info(request, "Отправили письмо. Откройте ссылку из него в течение часа, не выходя из кабинета.")
        return redirect("recovery:recovery_prove")
    address = network.client_address(request)
    operations.prove_past(user=user, proof=chosen.proof, data=chosen.cleaned_data, network_address=address, at=now)
    messages.success(request, "Узнали вас: всё, что было в кабинете, снова на месте.")
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
def recovery_leave(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    if user.hidden_before is None:
        return redirect("home")
    if request.method != "POST":
        return render(request, "accounts/recovery/leave.html")
    opening.leave_past(user=user, at=timezone.now())
    messages.info(request, "Больше не спросим. Привяжите свой лицевой счёт, и кабинет готов.")
    return redirect("home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter_confirm(request: HttpRequest, token: str) -> HttpResponse:
    user, now = resident_of(request), timezone.now()
    try:
        letters.read_letter(user, token, at=now)
        if request.method == "POST":
            letters.confirm_letter(user=user, token=token, at=now)
            messages.success(request, "Узнали вас: всё, что было в кабинете, снова на месте.")
            return redirect("home")
    except Recovery.DoesNotExist as error:
        raise Http404 from error
    except letters.LetterExpired as error:
        messages.warning(request, str(error))
        return redirect("recovery:recovery_prove")
    return render(request, "accounts/recovery/letter_confirm.html")
