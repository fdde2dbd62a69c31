"""When the terms change in a way that matters, residents are asked again before they go on (security.md P1)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import Consent, ConsentDocument, User
from accounts.operations import Visitor

LOOK_EVERY = timedelta(minutes=1)
# His own data, the texts and the way out stay open to one who does not agree.
OPEN_PATHS = ("/my-data/", "/documents/", "/help/", "/sign-out/")
_MOST_SEEN = 10_000
_agreed: dict[str, datetime] = {}


def find_unanswered_terms(user: User, *, at: datetime) -> ConsentDocument | None:
    """The terms in force, when a version that asks again is newer than the one the resident agreed to."""
    answered = Consent.objects.filter(user=user, given=True, document__kind=ConsentDocument.Kind.TERMS)
    newest_answer = answered.values("user").annotate(newest=Max("document__version")).values("newest")
    in_force = ConsentDocument.objects.filter(kind=ConsentDocument.Kind.TERMS, published_at__lte=at)
    asked = in_force.filter(asks_again=True, version__gt=Coalesce(Subquery(newest_answer), 0)).exists()
    return in_force.order_by("-version").first() if asked else None


@transaction.atomic(durable=True)
def accept_terms(*, user: User, document_id: int, visitor: Visitor, at: datetime) -> Consent | None:
    """Agree to the version that was shown; None when another came into force meanwhile, or it is accepted already."""
    User.objects.select_for_update().get(pk=user.pk)
    document = find_unanswered_terms(user, at=at)
    if document is None or document.pk != document_id:
        return None
    record_event(Kind.CONSENT_DECIDED, user=user, figures={"text": document.kind, "given": True}, at=at)
    return Consent.objects.create(
        user=user,
        document=document,
        given=True,
        preselected=False,
        network_address=visitor.address,
        user_agent=visitor.user_agent,
        decided_at=at,
    )


def ask_for_terms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lead a resident to the changed terms when he opens a page; what he sends off goes through.

    Asked of the database once a minute for a session, so that a new version is met within a minute.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user, now = request.user, timezone.now()
        if isinstance(user, User) and not user.is_staff and _opens_page(request) and not _has_agreed(request, now):
            if find_unanswered_terms(user, at=now):
                return redirect(f"/my-data/terms/?{urlencode({'next': request.path})}")
            _note_agreed(request, now)
        return get_response(request)

    return middleware


def _opens_page(request: HttpRequest) -> bool:
    is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return request.method == "GET" and is_page and not request.path.startswith(OPEN_PATHS)


def _has_agreed(request: HttpRequest, at: datetime) -> bool:
    seen = _agreed.get(request.session.session_key or "")
    return seen is not None and timedelta(0) <= at - seen < LOOK_EVERY


def _note_agreed(request: HttpRequest, at: datetime) -> None:
    if len(_agreed) >= _MOST_SEEN:
        _agreed.clear()
    _agreed[request.session.session_key or ""] = at
