"""«В счёте другое значение»: what the bill of its month says instead of a submission, in words."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.calendar import name_month
from meters.models import Submission
from meters.quantities import format_quantity
from meters.queries.submissions import STANDING

_BILLED_BY = {"estimated": ", по среднему", "norm": ", по нормативу"}


@dataclass(frozen=True)
class BilledOtherwise:
    """`rows` are (scale, sent, on the bill), each figure with its unit; `seen_at` is when the bill came."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    seen_at: datetime


def tell_billed_otherwise(submission: Submission) -> BilledOtherwise | None:
    """None while the bill has not come, agrees, or does not speak of this meter."""
    if not submission.billed_otherwise or submission.status not in STANDING:
        return None
    rows = tuple(
        (
            scale["name"],
            format_quantity(Decimal(scale["sent"]), scale["unit"]),
            format_quantity(Decimal(scale["billed"]), scale["unit"]) + _BILLED_BY.get(scale["kind"], ""),
        )
        for scale in submission.billed_otherwise["scales"]
    )
    seen_at = datetime.fromisoformat(submission.billed_otherwise["at"])
    return BilledOtherwise(f"В счёте за {name_month(submission.period)} другое значение", rows, seen_at)
