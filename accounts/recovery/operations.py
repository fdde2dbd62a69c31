"""How the hidden past is opened: by its owner, or by staff who have seen a passport."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.models import Recovery, User
from accounts.recovery.opening import STAFF, open_past
from accounts.recovery.proofs import NotRecognised, RecoveryProof


def prove_past(
    *, user: User, proof: RecoveryProof, data: Mapping[str, Any], network_address: str, at: datetime
) -> None:
    """Open what the proof shows to be this person's. Raises NotRecognised, AccountsError of the proof's limits."""
    known_since = proof.recognise(user, data, network_address=network_address, at=at)
    if known_since is not None:
        with transaction.atomic(durable=True):
            if open_past(user, known_since=known_since, by=proof.code, at=at):
                return
    record_event(Kind.PAST_OPENED, user=user, result=Result.FAILED, at=at, figures={"by": proof.code})
    raise NotRecognised


@transaction.atomic(durable=True)
def open_past_by_staff(*, recovery_id: int, staff: User, reason: str, at: datetime) -> Recovery:
    """Staff looked at a passport: everything hidden since that recovery opens. The reason is kept."""
    recovery = Recovery.objects.select_related("user").get(pk=recovery_id)
    known_since = recovery.began_at - timedelta.resolution
    open_past(recovery.user, known_since=known_since, by=STAFF, at=at, staff=staff, reason=reason)
    recovery.refresh_from_db()
    return recovery
