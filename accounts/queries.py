"""What may be read at the door."""

from datetime import datetime
from uuid import UUID

from accounts import limits
from accounts.models import ConsentDocument, PhoneChallenge, Registration
from accounts.operations import codes


def get_registration(public_id: UUID) -> Registration | None:
    """The registration this session waits to confirm."""
    return Registration.objects.select_related("challenge").filter(public_id=public_id, confirmed_at=None).first()


def get_reset_challenge(public_id: UUID) -> PhoneChallenge | None:
    return PhoneChallenge.objects.filter(
        public_id=public_id, purpose=PhoneChallenge.Purpose.PASSWORD_RESET, used_at=None
    ).first()


def get_resend_time(phone: str, *, at: datetime, purpose: str = "") -> datetime | None:
    """Since when another SMS may go to a phone; None when it may now. The same for known and unknown phones."""
    subject = codes.subject_of(phone, purpose)
    return limits.find_wait([(policy, subject) for policy in codes.policies_of(purpose)], at=at)


def get_document(kind: str, *, at: datetime) -> ConsentDocument | None:
    """The version in force."""
    return ConsentDocument.objects.filter(kind=kind, published_at__lte=at).order_by("-version").first()


def get_documents(*, at: datetime) -> list[ConsentDocument]:
    """The version in force of every text."""
    return list(ConsentDocument.objects.filter(published_at__lte=at).order_by("kind", "-version").distinct("kind"))
