"""Staff set from which use on a reading is questioned."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing.models import Supplier
from meters.models import CheckThresholds


@transaction.atomic(durable=True)
def set_thresholds(
    *,
    supplier: Supplier,
    high: Decimal,
    very_high: Decimal,
    floor_kwh: Decimal,
    floor_m3: Decimal,
    reason: str,
    staff: User,
    at: datetime,
) -> CheckThresholds:
    """They hold for every check from now on; former ones stay to be read."""
    row = CheckThresholds.objects.create(
        supplier=supplier,
        high=high,
        very_high=very_high,
        floor_kwh=floor_kwh,
        floor_m3=floor_m3,
        reason=reason,
        staff=staff,
        decided_at=at,
    )
    figures = {"what": "thresholds.set", "supplier": supplier.pk}
    record_event(Kind.STAFF_DECISION, staff=staff, figures=figures, at=at)
    return row
