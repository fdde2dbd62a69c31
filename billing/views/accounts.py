"""«Абоненты и группы», and one personal account with its checklist."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import phones
from accounts.residents import resident_of
from billing import operations, queries
from billing.balances import get_balance
from billing.checklist import build_checklist
from billing.models import Link

CHECKS = {
    "address": (operations.confirm_address, "Хорошо, адрес ваш. Осталось несколько шагов."),
    "history": (operations.mark_history_checked, "Отметили: показания сверены со счётом."),
    "meter": (operations.mark_meter_checked, "Отметили: сведения о счётчике верны."),
}


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    links, undoable = queries.get_links_to_arrange(user, timezone.now())
    groups = [
        {"group": group, "links": [link for link in links if link.group_id == group.pk]}
        for group in queries.get_groups(user)
    ]
    return render(
        request,
        "billing/account_list.html",
        {
            "groups": groups,
            "has_links": bool(links),
            "requests": queries.get_pending_requests(user),
            "undoable": undoable,
        },
    )


@require_safe
def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    try:
        link = queries.get_link(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error
    delivery, balance = link.delivery, get_balance(link, timezone.localdate())
    takes_readings = link.account_id in queries.get_accounts_taking_readings([link.account_id], timezone.localdate())
    others = [
        {
            "link": other,
            "phone": phones.mask_phone(str(other.user.phone)),
            "is_later": other.linked_at > link.linked_at,
        }
        for other in queries.get_other_holders(link)
    ]
    return render(
        request,
        "billing/account_detail.html",
        {
            "link": link,
            "account": link.account,
            "checklist": build_checklist(link, takes_readings=takes_readings),
            "delivery": delivery,
            "delivery_waits": delivery is not None and delivery.waits(timezone.now()),
            "may_withdraw": delivery is not None and operations.may_withdraw(link, delivery),
            "delivery_is_own": delivery is not None and delivery.is_own(user),
            "balance": balance,
            "last_bill": balance and balance.bill,
            "branch": queries.get_branch_for(link.account),
            "others": others,
        },
    )


@require_POST
def link_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The resident's own «Да», «Сверено», «Всё верно»."""
    if request.POST.get("check") not in CHECKS:
        return HttpResponseBadRequest()
    mark, words = CHECKS[request.POST["check"]]
    try:
        link = mark(user=resident_of(request), link_id=pk, at=timezone.now())
    except Link.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, words)
    return redirect("billing:account_detail", link.pk)
