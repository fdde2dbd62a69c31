"""What the portal knows of a resident, as he may see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from accounts import queries as accounts
from accounts.hidden_past import shown_since
from accounts.models import Consent, ConsentDocument, DataExport, EmailChange, User
from accounts.privacy.consents import MEANINGS, OPTIONAL_CONSENTS


@dataclass(frozen=True)
class ConsentState:
    """What a resident has decided about one text, newest decision first."""

    kind: str
    title: str
    meaning: str
    decisions: list[Consent]
    may_be_decided: bool
    in_force: ConsentDocument | None = None
    asks_again: bool = False

    @property
    def newest(self) -> Consent | None:
        return self.decisions[0] if self.decisions else None

    @property
    def given(self) -> bool:
        """A later version that asks again takes the consent away until it is given anew."""
        return self.newest is not None and self.newest.given and not self.asks_again


def get_consents(user: User, *, at: datetime) -> list[ConsentState]:
    """Each text with all decisions about it. One not asked for at registration shows only after a decision."""
    decided: dict[str, list[Consent]] = {}
    for consent in (
        Consent.objects.filter(shown_since(user, "decided_at"), user=user)
        .select_related("document")
        .order_by("-decided_at", "-pk")
    ):
        decided.setdefault(consent.document.kind, []).append(consent)
    published = {document.kind: document for document in accounts.get_documents(at=at)}
    return [
        ConsentState(
            kind=kind,
            title=ConsentDocument.Kind(kind).label,
            meaning=meaning,
            decisions=decided.get(kind, []),
            may_be_decided=kind in OPTIONAL_CONSENTS and kind in published,
            in_force=published.get(kind),
            asks_again=_asks_again(decided.get(kind, []), kind, at),
        )
        for kind, meaning in MEANINGS.items()
        if kind in decided or kind == ConsentDocument.Kind.ADVERTISING
    ]


def get_changed_terms(user: User, *, at: datetime) -> list[ConsentDocument]:
    """Versions of the terms since the one the resident agreed to, with what changed in them, the newest first."""
    terms = ConsentDocument.Kind.TERMS
    answered = Consent.objects.filter(user=user, given=True, document__kind=terms)
    version = answered.aggregate(newest=Max("document__version"))["newest"] or 0
    since = ConsentDocument.objects.filter(kind=terms, published_at__lte=at, version__gt=version)
    return list(since.exclude(changes="").order_by("-version"))


def _asks_again(decisions: list[Consent], kind: str, at: datetime) -> bool:
    """Whether a consent that was given meets a later version that wants it anew."""
    if not decisions or not decisions[0].given:
        return False
    asking = ConsentDocument.objects.filter(kind=kind, published_at__lte=at, asks_again=True)
    return asking.filter(version__gt=decisions[0].document.version).exists()


def get_decided_document(user: User, document_id: int) -> ConsentDocument:
    """A version the resident decided about, however old. Raises ConsentDocument.DoesNotExist for any other."""
    return (
        ConsentDocument.objects.filter(shown_since(user, "consent__decided_at"), consent__user=user)
        .distinct()
        .get(pk=document_id)
    )


def get_waiting_email(user: User, *, at: datetime) -> EmailChange | None:
    """The address whose link has not been used yet."""
    return EmailChange.objects.visible_to(user).waiting(at).order_by("-pk").first()


def get_email_change(user: User, change_id: int) -> EmailChange:
    """Raises EmailChange.DoesNotExist for another's."""
    return EmailChange.objects.visible_to(user).get(pk=change_id)


def get_data_export(user: User, *, at: datetime) -> DataExport | None:
    """The newest copy, being made or still kept; without its content."""
    exports = DataExport.objects.visible_to(user).exclude(expires_at__lte=at)
    return exports.defer("content").order_by("-pk").first()


def get_ready_export(user: User, public_id: UUID, *, at: datetime) -> DataExport:
    """Raises DataExport.DoesNotExist for another's, and for one unfinished or past its week."""
    return DataExport.objects.visible_to(user).get(
        public_id=public_id, status=DataExport.Status.READY, expires_at__gt=at
    )
