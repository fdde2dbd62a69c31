"""«Оплата»: what is due, bills and payments over the years."""

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.residents import resident_of
from billing import queries
from billing.balances import Balance, get_balance
from billing.models import Bill, Link

Key = tuple[date, int]


def _read_key(text: str) -> Key | None:
    """The place in a long list, «2026-10-01.17»; anything else is its beginning."""
    day, _, pk = text.partition(".")
    try:
        return date.fromisoformat(day), min(int(pk), 2**63 - 1)
    except ValueError:
        return None


def _write_key(key: Key | None) -> str:
    return f"{key[0]:%Y-%m-%d}.{key[1]}" if key else ""


def _choose_link(request: HttpRequest, links: list[Link]) -> Link | None:
    """The link that `?account=` names, or None for all of them. Raises: Http404 for a stranger's."""
    wanted = request.GET.get("account", "")
    if not wanted:
        return None
    link = next((link for link in links if str(link.pk) == wanted), None)
    if link is None:
        raise Http404
    return link


@require_safe
def payment_overview(request: HttpRequest) -> HttpResponse:
    user, today = resident_of(request), timezone.localdate()
    links = queries.get_links_with_newest(user)
    balances = {link.account_id: balance for link in links if (balance := get_balance(link, today))}
    payments = queries.get_last_payments(user, [link.account_id for link in links])
    cards = [
        {"link": link, "balance": balances.get(link.account_id), "payment": payments.get(link.account_id)}
        # What is to be paid stands first, late before that: of thirty flats only three may owe.
        for link in sorted(links, key=lambda link: _haste(balances.get(link.account_id)))
    ]
    due = sum((balance.to_pay for balance in balances.values()), start=0)
    suppliers = {link.account.supplier_id: link.account.supplier for link in links}
    return render(
        request,
        "billing/payment_overview.html",
        {"cards": cards, "due": due, "has_bills": bool(balances), "suppliers": suppliers.values()},
    )


def _haste(balance: Balance | None) -> int:
    if not balance or not balance.to_pay:
        return 2
    return 0 if balance.is_late else 1


@require_safe
def bill_list(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    links = queries.get_links(user)
    chosen = _choose_link(request, links)
    before = _read_key(request.GET.get("before", ""))
    bills, older = queries.get_bills(user, account_id=chosen.account_id if chosen else None, before=before)
    return render(
        request,
        "billing/bill_list.html",
        {
            "rows": [{"bill": bill, "link": _link_of(bill.account_id, links)} for bill in bills],
            "links": links,
            "chosen": chosen,
            "is_first_page": before is None,
            "older": _write_key(older),
        },
    )


@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    user = resident_of(request)
    links = queries.get_links(user)
    chosen = _choose_link(request, links)
    before = _read_key(request.GET.get("before", ""))
    payments, older = queries.get_payments(user, account_id=chosen.account_id if chosen else None, before=before)
    return render(
        request,
        "billing/payment_list.html",
        {
            "rows": [{"payment": payment, "link": _link_of(payment.account_id, links)} for payment in payments],
            "links": links,
            "chosen": chosen,
            "is_first_page": before is None,
            "older": _write_key(older),
        },
    )


def _link_of(account_id: int, links: list[Link]) -> Link | None:
    return next((link for link in links if link.account_id == account_id), None)


@require_safe
def bill_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = resident_of(request)
    try:
        bill, link = queries.get_bill(user, public_id)
    except Bill.DoesNotExist as error:
        raise Http404 from error
    names = queries.get_scale_names([bill.account_id])
    balance = get_balance(link, timezone.localdate())
    lines = [
        {"line": line, "scale": names.get((bill.supplier_id, line.service, line.code), line.code)}
        for line in bill.lines.all()
    ]
    return render(
        request,
        "billing/bill_detail.html",
        {
            "bill": bill,
            "balance": balance if balance and balance.bill == bill else None,
            "link": link,
            "lines": lines,
            "has_estimates": any(line.is_estimate for line in bill.lines.all()),
        },
    )
