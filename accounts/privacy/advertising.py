"""Advertising goes only to those who agree, and the question is put again when it leaves (38-ФЗ, art. 18; P1)."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from accounts.models import Consent, ConsentDocument, User
from notifications import operations as notifications
from notifications.models import OutgoingMessage

LATE_VALUE = "advertising_consent"
KIND = ConsentDocument.Kind.ADVERTISING


def agrees(user_id: int, *, at: datetime) -> bool:
    """Whether the newest decision is yes, and no later version of the text has asked again."""
    newest = Consent.objects.filter(user_id=user_id, document__kind=KIND).order_by("-decided_at", "-pk")
    decision = newest.select_related("document").first()
    if decision is None or not decision.given:
        return False
    asking = ConsentDocument.objects.filter(kind=KIND, published_at__lte=at, asks_again=True)
    version: int | None = asking.aggregate(newest=Max("version"))["newest"]
    return version is None or decision.document.version >= version


def queue_advertising_sms(
    *, user: User, event: str, context: Mapping[str, object], key: str, at: datetime
) -> OutgoingMessage | None:
    """Within the caller's transaction: promise an SMS to one who agrees; None to one who does not."""
    if not agrees(user.pk, at=at):
        return None
    return notifications.queue_sms(
        to=str(user.phone),
        event=event,
        context=context,
        key=key,
        at=at,
        late_value=LATE_VALUE,
        late_value_id=user.pk,
    )


def confirm_consent(user_id: int) -> Mapping[str, str] | None:
    """Asked by the outbox at the moment of sending: nothing to fill in, or None when the consent is gone."""
    return {} if agrees(user_id, at=timezone.now()) else None
