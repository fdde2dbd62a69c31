"""Which thresholds the rules judge by."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from meters.models import CheckThresholds, ThresholdTrial
from meters.plausibility import Thresholds


def get_thresholds(supplier_ids: Collection[int], *, at: datetime | None = None) -> dict[int, Thresholds]:
    """By supplier id, those that hold, or held at a moment; one without a decision of its own is not in it. One
    statement."""
    rows = CheckThresholds.objects.filter(supplier_id__in=supplier_ids).order_by("supplier_id", "-id")
    if at is not None:
        rows = rows.filter(decided_at__lte=at)
    return {row.supplier_id: read_thresholds(row) for row in rows.distinct("supplier_id")}


def read_thresholds(row: CheckThresholds | ThresholdTrial) -> Thresholds:
    return make_thresholds(high=row.high, very_high=row.very_high, floor_kwh=row.floor_kwh, floor_m3=row.floor_m3)


def make_thresholds(*, high: Decimal, very_high: Decimal, floor_kwh: Decimal, floor_m3: Decimal) -> Thresholds:
    """The rules' own figures with these in their place."""
    known = Thresholds()
    floors = {**known.floors, "кВт·ч": floor_kwh, "м³": floor_m3}
    return replace(known, high=high, very_high=very_high, floors=floors)
