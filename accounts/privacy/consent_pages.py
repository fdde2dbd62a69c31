"""The page of changed terms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import network
from accounts.next_urls import get_next_url
from accounts.operations import Visitor
from accounts.privacy import queries, terms
from accounts.privacy.forms import TermsForm
from accounts.residents import resident_of


@require_http_methods(["GET", "HEAD", "POST"])
def terms_changed(request: HttpRequest) -> HttpResponse:
    """Shown until it is answered; a resident who has nothing to answer goes on."""
    user, now = resident_of(request), timezone.now()
    next_url = get_next_url(request, otherwise="/")
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visitor = Visitor(address=network.client_address(request), user_agent=network.user_agent(request))
        terms.accept_terms(user=user, document_id=form.cleaned_data["document"], visitor=visitor, at=now)
    document = terms.find_unanswered_terms(user, at=now)
    if document is None:
        return redirect(next_url)
    context = {"document": document, "versions": queries.get_changed_terms(user, at=now), "next": next_url}
    return render(request, "accounts/privacy/terms.html", context)
