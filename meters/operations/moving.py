"""Values typed at the wrong meter go to the one they fit, with one tap (domain.md 4, other_meter)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from meters.models import Meter, Submission
from meters.operations.deciding import NotPossibleNow
from meters.operations.fates import give_up, lock_meters
from meters.operations.sending import CHECK, find_own_accounts, write_submissions
from meters.plausibility import Finding
from meters.queries.submissions import make_correction_key
from notifications import hints

CODE = "other_meter"
TAKEABLE = (Submission.Status.NEEDS_CONFIRMATION, Submission.Status.REFUSED)


@transaction.atomic(durable=True)
def move_readings(*, user: User, receipt: str, at: datetime) -> Submission:
    """Send the values of a questioned submission for the meter its finding names; they are checked there anew.

    When the two meters of one sending were taken for each other, both are put right together. Pressed twice, it gives
    the same new receipt. Raises NotPossibleNow, and Submission.DoesNotExist for a stranger's.
    """
    wanted = Submission.objects.visible_to(user).filter(receipt=receipt)
    meter_id, other_id = wanted.get().meter_id, _find_other(wanted.get())
    lock_meters({meter_id, other_id})
    submission = wanted.select_related("account__supplier").prefetch_related("values__scale").get()
    former = Submission.objects.filter(key=make_correction_key(submission, CODE), meter_id=other_id).first()
    if former is not None:
        return former
    if submission.status not in TAKEABLE:
        raise NotPossibleNow
    twin = _find_twin(submission, other_id)
    moved = _send(user, submission, other_id, supersedes=submission, at=at)
    if twin is not None:
        _send(user, twin, meter_id, supersedes=twin, at=at)
        give_up(twin, Submission.Status.SUPERSEDED, at=at)
    give_up(submission, Submission.Status.SUPERSEDED, at=at)
    hints.send_hint_on_commit(CHECK)
    return moved


def _find_other(submission: Submission) -> int:
    """Raises NotPossibleNow when the check named no meter."""
    meter = _figures(submission).get("meter", "")
    if not meter.isdigit():
        raise NotPossibleNow
    return int(meter)


def _figures(submission: Submission) -> Mapping[str, str]:
    findings = (Finding.from_json(row) for row in submission.findings if row["code"] == CODE)
    return next((finding.figures for finding in findings), {})


def _find_twin(submission: Submission, other_id: int) -> Submission | None:
    """What the same sending says of the other meter, if that in turn fits this one."""
    rows = Submission.objects.filter(key=submission.key, meter_id=other_id, status__in=TAKEABLE)
    twin = rows.select_related("account__supplier").prefetch_related("values__scale").first()
    return twin if twin is not None and _figures(twin).get("meter") == str(submission.meter_id) else None


def _send(user: User, source: Submission, meter_id: int, *, supersedes: Submission, at: datetime) -> Submission:
    figures = _figures(source)
    typed = {figures.get(f"to:{value.scale.code}", value.scale.code): value.typed for value in source.values.all()}
    try:
        accounts = find_own_accounts(user, [meter_id], source.taken_on)
    except Meter.DoesNotExist as error:
        raise NotPossibleNow from error
    (moved,) = write_submissions(
        user=user,
        accounts=accounts,
        key=make_correction_key(source, CODE),
        typed={meter_id: typed},
        taken_on=source.taken_on,
        at=at,
        supersedes=supersedes,
    )
    return moved
