"""What a resident changes about one linked personal account."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import phones
from accounts.models import User
from accounts.recovery.holds import show_hold, show_wait
from accounts.residents import resident_of
from accounts.stepup import ask_for_password
from billing import operations, queries
from billing.forms import DeliveryForm, LinkEditForm
from billing.models import AccountGroup, BillDelivery, Link
from billing.models.links import NEW_FOR
from billing.reduced_links import lead_to_payment


def _get_link_or_404(user: User, pk: int) -> Link:
    try:
        return queries.get_link(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
def link_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    link = _get_link_or_404(user, pk)
    form = LinkEditForm(
        request.POST if request.method == "POST" else None,
        groups=AccountGroup.objects.visible_to(user).order_by("pk"),
        initial={"alias": link.alias, "group": link.group_id},
    )
    if form.is_valid():
        link = operations.edit_link(
            user=user, link_id=pk, alias=form.cleaned_data["alias"], group_id=form.cleaned_data["group"].pk
        )
        messages.success(request, f"Сохранили: «{link.title}», группа «{link.group.name}».")
        return redirect("billing:account_list")
    return render(request, "billing/link_edit_form.html", {"form": form, "link": link})


@require_http_methods(["GET", "HEAD", "POST"])
def link_end(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    link = _get_link_or_404(user, pk)
    if asked := ask_for_password(request, at=timezone.now()):
        return asked
    if request.method != "POST":
        return render(request, "billing/link_confirm_end.html", {"link": link})
    try:
        operations.end_link(user=user, link_id=pk, at=timezone.now())
    except Link.DoesNotExist as error:
        raise Http404 from error
    messages.info(request, f"Лицевой счёт {link.account.number} отвязан. Всё, что вы передали, осталось у поставщика.")
    return redirect("billing:account_list")


@require_POST
def link_restore(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        link = operations.restore_link(user=resident_of(request), link_id=pk, at=timezone.now())
    except Link.DoesNotExist as error:
        raise Http404 from error
    except operations.UndoExpired as late:
        messages.warning(request, str(late))
        return redirect("billing:account_list")
    messages.success(request, f"Вернули: «{link.title}» снова с вами.")
    return redirect("billing:account_list")


@require_http_methods(["GET", "HEAD", "POST"])
def delivery_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = resident_of(request)
    link = _get_link_or_404(user, pk)
    if refused := lead_to_payment(request, link):
        return refused
    if held := show_hold(request, at=timezone.now()) or ask_for_password(request, at=timezone.now()):
        return held
    form = DeliveryForm(
        request.POST if request.method == "POST" else None,
        initial={"method": link.delivery.method if link.delivery else None},
    )
    if form.is_valid():
        now = timezone.now()
        try:
            chosen = operations.choose_bill_delivery(user=user, link_id=pk, method=form.cleaned_data["method"], at=now)
        except operations.EmailNotConfirmed as error:
            form.add_error("method", str(error))
        else:
            when = " Начнёт действовать через сутки, до тех пор можно отменить." if chosen.waits(now) else ""
            messages.success(request, f"Запомнили для ЛС {link.account.number}: «{chosen.get_method_display()}».{when}")
            return redirect("billing:account_detail", pk)
    return render(request, "billing/delivery_form.html", {"form": form, "link": link, "email": user.email})


@require_POST
def delivery_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap, no password: it can only keep what there is."""
    try:
        operations.withdraw_bill_delivery(user=resident_of(request), link_id=pk, at=timezone.now())
    except Link.DoesNotExist as error:
        raise Http404 from error
    except BillDelivery.DoesNotExist:
        messages.info(request, "Отменять нечего: новый способ уже действует или отменён.")
    else:
        messages.success(request, "Отменили. Счета приходят, как раньше.")
    return redirect("billing:account_detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def holder_end(request: HttpRequest, pk: int, holder_pk: int) -> HttpResponse:
    """An earlier holder shuts out one who came later."""
    user = resident_of(request)
    link = _get_link_or_404(user, pk)
    later = next((other for other in queries.get_other_holders(link) if other.pk == holder_pk), None)
    if later is None or later.linked_at <= link.linked_at:
        raise Http404
    now = timezone.now()
    if now < link.linked_at + NEW_FOR:
        return show_wait(request, until=link.linked_at + NEW_FOR, reason="new_link")
    if held := show_hold(request, at=now) or ask_for_password(request, at=now):
        return held
    phone = phones.mask_phone(str(later.user.phone))
    if request.method != "POST":
        return render(request, "billing/holder_confirm_end.html", {"link": link, "later": later, "phone": phone})
    try:
        operations.end_later_link(user=user, link_id=pk, later_link_id=holder_pk, at=timezone.now())
    except Link.DoesNotExist as error:
        raise Http404 from error
    messages.info(request, f"Закрыли доступ: телефон {phone} больше не видит этот лицевой счёт.")
    return redirect("billing:account_detail", pk)
