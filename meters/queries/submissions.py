"""What was sent, as its resident sees it."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from accounts.models import User
from billing.models import Link
from meters.models import Submission, SubmissionValue

STANDING = (Submission.Status.ACCEPTED, Submission.Status.HANDED_OVER, Submission.Status.BILLED)
OPEN = (Submission.Status.SUBMITTED, Submission.Status.NEEDS_CONFIRMATION)


def _with_values() -> Prefetch[str]:
    return Prefetch("values", SubmissionValue.objects.select_related("scale").order_by("scale__code"))


def get_batch(user: User, key: UUID) -> list[Submission]:
    """Everything of one sending. Two statements."""
    rows = Submission.objects.visible_to(user).filter(key=key).select_related("meter", "account__supplier")
    return list(rows.prefetch_related(_with_values()).order_by("pk"))


def get_submission(user: User, receipt: str) -> Submission:
    """Raises Submission.DoesNotExist for a stranger's."""
    rows = Submission.objects.visible_to(user).select_related("meter", "account__supplier", "supersedes")
    return rows.prefetch_related(_with_values(), "reviews").get(receipt=receipt)


def get_current_submissions(meter_ids: Collection[int], since: date) -> dict[int, Submission]:
    """The newest submission of each meter that stands or is being looked at, for bills from `since`. Two statements."""
    rows = (
        Submission.objects.filter(meter_id__in=meter_ids, period__gte=since, status__in=[*STANDING, *OPEN])
        .order_by("meter_id", "-pk")
        .distinct("meter_id")
        .prefetch_related(_with_values())
    )
    return {row.meter_id: row for row in rows}


def get_submissions_to_confirm(user: User) -> list[Submission]:
    """What waits for the resident's answer."""
    rows = Submission.objects.visible_to(user).filter(status=Submission.Status.NEEDS_CONFIRMATION)
    return list(rows.select_related("meter").order_by("pk"))


def is_settled(submissions: Iterable[Submission]) -> bool:
    """Whether the worker has looked at all of them."""
    return all(row.status != Submission.Status.SUBMITTED for row in submissions)


def get_link_ids(user: User, account_ids: Collection[int]) -> dict[int, int]:
    """The resident's link by personal account, for addresses."""
    rows = Link.objects.visible_to(user).filter(account_id__in=account_ids)
    return dict(rows.values_list("account_id", "pk"))
