"""What was sent, as its resident sees it."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID, uuid5

from django.db.models import Prefetch, Q, prefetch_related_objects

from accounts.models import User
from billing.models import Link
from meters.models import Reading, Submission, SubmissionValue
from meters.queries.nicknames import name_meters

STANDING = (Submission.Status.ACCEPTED, Submission.Status.HANDED_OVER, Submission.Status.BILLED)
OPEN = (Submission.Status.SUBMITTED, Submission.Status.NEEDS_CONFIRMATION)
CLOSED = (Submission.Status.REFUSED, Submission.Status.SUPERSEDED, Submission.Status.WITHDRAWN)
CHANGEABLE = (*OPEN, Submission.Status.ACCEPTED)


def _with_values() -> Prefetch[str]:
    return Prefetch("values", SubmissionValue.objects.select_related("scale").order_by("scale__code"))


def _with_newer() -> Prefetch[str]:
    """What takes the place of a submission, the newest first."""
    return Prefetch("superseded_by", Submission.objects.order_by("-pk"))


def get_batch(user: User, key: UUID) -> list[Submission]:
    """Everything of one sending; what was corrected with one tap stands in its place. Three statements."""
    of_key = Q(key=key) | Q(supersedes__key=key) | Q(supersedes__supersedes__key=key)
    rows = Submission.objects.visible_to(user).filter(of_key).select_related("meter", "account__supplier", "supersedes")
    found = list(rows.prefetch_related(_with_values(), "reviews", "photos").order_by("pk"))
    shown = [row for row in found if row.key == key]
    for row in found:
        for place, former in enumerate(shown):
            if row.supersedes_id == former.pk and is_correction(row, former):
                shown[place] = row
    return shown


def get_first_key(corrected: Submission) -> UUID:
    """The key of the sending whose page shows this correction."""
    while corrected.supersedes is not None and is_correction(corrected, corrected.supersedes):
        corrected = corrected.supersedes
    return corrected.key


def make_correction_key(submission: Submission, code: str) -> UUID:
    """The idempotency key of taking what the finding `code` suggests: the same tap, the same key."""
    return uuid5(submission.public_id, code)


def make_return_key(submission: Submission) -> UUID:
    """The idempotency key of sending once more what was withdrawn."""
    return uuid5(submission.public_id, "restore")


def is_correction(newer: Submission, older: Submission) -> bool:
    """Whether one came of a tap on a suggestion of the other."""
    return newer.key in {make_correction_key(older, row["code"]) for row in older.findings}


def get_submission(user: User, receipt: str) -> Submission:
    """Raises Submission.DoesNotExist for a stranger's."""
    rows = Submission.objects.visible_to(user).select_related("meter", "account__supplier", "supersedes")
    found = rows.prefetch_related(_with_values(), "reviews", "photos", _with_newer()).get(receipt=receipt)
    name_meters(user, [found.meter])
    return found


def get_current_submissions(user: User, meter_ids: Collection[int], since: date) -> dict[int, Submission]:
    """The newest submission of each meter that stands or is being looked at, for bills from `since`. One statement."""
    rows = (
        Submission.objects.visible_to(user)
        .filter(meter_id__in=meter_ids, period__gte=since, status__in=[*STANDING, *OPEN])
        .order_by("meter_id", "-pk")
        .distinct("meter_id")
    )
    return {row.meter_id: row for row in rows}


def load_values(submissions: Iterable[Submission]) -> None:
    """Of submissions at hand, with their scales. One statement; none without submissions."""
    prefetch_related_objects(list(submissions), _with_values())


def get_typed(user: User, receipt: str) -> dict[int, str]:
    """What was typed for a receipt by scale id, to be put right in the form; nothing for a stranger's."""
    values = SubmissionValue.objects.filter(submission__in=Submission.objects.visible_to(user).filter(receipt=receipt))
    return dict(values.values_list("scale_id", "typed"))


def get_submission_for_staff(pk: int) -> Submission:
    """With everything staff decide by. Raises Submission.DoesNotExist."""
    rows = Submission.objects.select_related("meter", "account__supplier", "supersedes", "user")
    return rows.prefetch_related(_with_values(), "reviews", "photos", _with_newer()).get(pk=pk)


def find_for_verification(receipt: str) -> Submission | None:
    """Whatever a printed receipt names, with its values; for staff."""
    rows = Submission.objects.select_related("meter", "account__supplier").prefetch_related(_with_values())
    return rows.filter(receipt=receipt).first()


def get_latest_readings(meter_id: int, count: int = 24) -> list[Reading]:
    """Newest first, for staff."""
    rows = Reading.objects.filter(meter_id=meter_id).select_related("scale")
    return list(rows.order_by("-taken_on", "scale_id")[:count])


def is_settled(submissions: Iterable[Submission]) -> bool:
    """Whether the worker has looked at all of them."""
    return all(row.status != Submission.Status.SUBMITTED for row in submissions)


def get_links_to(user: User, account_ids: Collection[int]) -> dict[int, Link]:
    """The resident's own links by personal account: their titles and addresses."""
    rows = Link.objects.visible_to(user).filter(account_id__in=account_ids).select_related("account")
    return {row.account_id: row for row in rows}
