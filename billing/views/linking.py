"""«Новый лицевой счёт»."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.network import client_address
from accounts.residents import resident_of
from billing import account_numbers, operations, queries
from billing.forms import LinkForm, ProofForm, build_proof_forms
from billing.models import Link, LinkRequest, Supplier
from billing.proofs import LastPayment


@require_http_methods(["GET", "HEAD", "POST"])
def link_create(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    data = request.POST if request.method == "POST" else None
    form = LinkForm(data, groups=queries.get_groups(user), suppliers=queries.get_suppliers())
    proof_forms = build_proof_forms(data)
    waiting_data: list[tuple[str, str]] = []
    if data is not None:
        chosen = next((proof_form for proof_form in proof_forms if proof_form.is_bound), None)
        shaped = [form.is_valid(), chosen is not None and chosen.is_valid()]
        if all(shaped) and chosen is not None:
            try:
                return _link(request, user, form, chosen)
            except operations.AlreadyLinked as known:
                messages.info(request, f"{known} Вот он.")
                return redirect("billing:account_detail", known.link.pk)
            except operations.TooManyGuesses as limit:
                form.add_error(None, str(limit))
            except operations.NotProven as refusal:
                form.add_error(None, str(refusal))
                if chosen.proof.code == LastPayment.code:
                    waiting_data = [(name, data.get(name, "")) for name in (*form.fields, *chosen.fields)]
    return render(
        request,
        "billing/link_form.html",
        {
            "form": form,
            "proof_forms": proof_forms,
            "all_forms": [form, *proof_forms],
            "waiting_data": waiting_data,
        },
    )


def _link(request: HttpRequest, user: User, form: LinkForm, proof_form: ProofForm) -> HttpResponse:
    supplier: Supplier = form.cleaned_data["supplier"]
    digits: str = form.cleaned_data["digits"]
    claim = operations.Claim(
        supplier=supplier,
        digits=digits,
        shown_number=account_numbers.format_number(digits, supplier.number_example),
        service=form.cleaned_data["service"],
        proof=proof_form.proof,
        data=proof_form.cleaned_data,
        alias=form.cleaned_data["alias"],
        group_id=form.get_group_id(),
    )
    link_or_wait = operations.await_payment if "wait" in request.POST else operations.link_personal_account
    outcome: Link | LinkRequest = link_or_wait(
        user=user, claim=claim, network_address=client_address(request), at=timezone.now()
    )
    if isinstance(outcome, LinkRequest):
        messages.info(request, "Подождём этот платёж десять дней. Как только он дойдёт до поставщика, скажем.")
        return redirect("billing:account_list")
    messages.success(request, f"Лицевой счёт {outcome.account.number} добавлен.")
    return redirect("billing:account_detail", outcome.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def link_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment makes a link of readings alone whole (security.md T2)."""
    user = resident_of(request)
    try:
        link = queries.get_link(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error
    if not link.is_reduced:
        return redirect("billing:account_detail", link.pk)
    form = ProofForm(request.POST if request.method == "POST" else None, proof=LastPayment())
    may_wait = False
    if form.is_valid():
        try:
            return _confirm(request, user, link, form)
        except (operations.TooManyGuesses, operations.NotProven) as refusal:
            form.add_error(None, str(refusal))
            may_wait = isinstance(refusal, operations.NotProven)
    return render(request, "billing/link_confirm.html", {"link": link, "form": form, "may_wait": may_wait})


def _confirm(request: HttpRequest, user: User, link: Link, form: ProofForm) -> HttpResponse:
    claim = operations.Claim(
        supplier=link.account.supplier,
        digits=link.account.digits,
        shown_number=link.account.number,
        service=link.account.service,
        proof=form.proof,
        data=form.cleaned_data,
        alias=link.alias,
        group_id=link.group_id,
    )
    confirm_or_wait = operations.await_payment if "wait" in request.POST else operations.link_personal_account
    outcome: Link | LinkRequest = confirm_or_wait(
        user=user, claim=claim, network_address=client_address(request), at=timezone.now()
    )
    if isinstance(outcome, LinkRequest):
        messages.info(request, "Подождём этот платёж десять дней. Как только он дойдёт до поставщика, скажем.")
    else:
        messages.success(request, "Платёж подтвердил лицевой счёт: теперь видны счета и платежи.")
    return redirect("billing:account_detail", link.pk)


@require_POST
def link_request_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    try:
        waiting = operations.withdraw_link_request(user=resident_of(request), public_id=public_id, at=timezone.now())
    except LinkRequest.DoesNotExist as error:
        raise Http404 from error
    messages.info(request, f"Платёж по лицевому счёту {waiting.shown_number} больше не ждём.")
    return redirect("billing:account_list")
