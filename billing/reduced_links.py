"""A link that gives readings alone, until a payment confirms it (security.md T2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from billing.models import Link


def lead_to_payment(request: HttpRequest, link: Link) -> HttpResponse | None:
    """For what is about money or rights: to the page where a payment confirms the link. None when it is whole."""
    if not link.is_reduced:
        return None
    messages.info(request, "Это откроется, когда вы подтвердите лицевой счёт платежом. Показания передавать можно.")
    return redirect("billing:link_confirm", link.pk)
