"""A resident sends what the meters show: every meter gets its receipt at once, the check comes after."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from billing.models import PersonalAccount
from billing.models.rights import through_links
from meters import receipts
from meters.models import Installation, Meter, Scale, Submission, SubmissionValue
from notifications import hints

CHECK = "meters.tasks.check_waiting_submissions"
Typed = Mapping[int, Mapping[str, str]]


class NothingToSend(Exception):
    """No meter had a value."""

    def __init__(self) -> None:
        super().__init__("Впишите показание хотя бы одного счётчика.")


def submit_readings(*, user: User, key: UUID, typed: Typed, taken_on: date, at: datetime) -> list[Submission]:
    """Take typed values by meter id and scale code; one submission with a receipt for each meter.

    The same key again gives the former receipts and writes nothing (`differs_from` tells whether the values were
    others). Raises NothingToSend, and Meter.DoesNotExist for a meter that is not the resident's.
    """
    if not typed:
        raise NothingToSend
    try:
        return _write(user, key, typed, taken_on, at)
    except IntegrityError:
        former = _get_former(user, key)
        if not former:
            raise
        return former


def differs_from(typed: Typed, submissions: Collection[Submission]) -> bool:
    """Whether these receipts are for other values than those typed: a form sent twice, and changed in between."""
    if all(row.is_new for row in submissions):
        return False
    sent: dict[int, dict[str, str]] = {row.meter_id: {} for row in submissions}
    values = SubmissionValue.objects.filter(submission__in=submissions)
    for meter_id, code, text in values.values_list("submission__meter_id", "scale__code", "typed"):
        sent[meter_id][code] = text
    return sent != {meter_id: dict(each) for meter_id, each in typed.items()}


@transaction.atomic(durable=True)
def _write(user: User, key: UUID, typed: Typed, taken_on: date, at: datetime) -> list[Submission]:
    former = _get_former(user, key)
    if former:
        return former
    accounts = find_own_accounts(user, list(typed), taken_on)
    submissions = write_submissions(user=user, accounts=accounts, key=key, typed=typed, taken_on=taken_on, at=at)
    hints.send_hint_on_commit(CHECK)
    return submissions


def write_submissions(
    *,
    user: User,
    accounts: Mapping[int, PersonalAccount],
    key: UUID,
    typed: Typed,
    taken_on: date,
    at: datetime,
    supersedes: Submission | None = None,
) -> list[Submission]:
    """One row for each meter with its values, inside the caller's transaction. Four statements for any number."""
    numbers = _draw_receipts(len(typed), taken_on)
    submissions = Submission.objects.bulk_create(
        Submission(
            receipt=receipt,
            key=key,
            user=user,
            account=accounts[meter_id],
            meter_id=meter_id,
            taken_on=taken_on,
            period=accounts[meter_id].supplier.reading_calendar.billing_period(taken_on),
            submitted_at=at,
            supersedes=supersedes,
        )
        for receipt, meter_id in zip(numbers, typed, strict=True)
    )
    for submission in submissions:
        submission.is_new = True
    scales = {(scale.meter_id, scale.code): scale for scale in Scale.objects.filter(meter_id__in=list(typed))}
    SubmissionValue.objects.bulk_create(
        SubmissionValue(submission=submission, scale=scales[submission.meter_id, code], typed=text[:40])
        for submission in submissions
        for code, text in typed[submission.meter_id].items()
        if (submission.meter_id, code) in scales
    )
    return submissions


def _get_former(user: User, key: UUID) -> list[Submission]:
    return list(Submission.objects.filter(key=key, user=user).order_by("pk"))


def find_own_accounts(user: User, meter_ids: list[int], on: date) -> dict[int, PersonalAccount]:
    """The resident's account of each meter on a day. Raises Meter.DoesNotExist for one that is not the resident's."""
    rows = (
        Installation.objects.filter(through_links(user, "account__links"), meter_id__in=meter_ids)
        .select_related("account__supplier")
        .order_by("installed_on")
    )
    accounts = {row.meter_id: row.account for row in rows if row.removed_on is None or row.removed_on > on}
    if set(meter_ids) - set(accounts):
        raise Meter.DoesNotExist
    return accounts


def _draw_receipts(count: int, on: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('meters_receipt_number') FROM generate_series(1, %s)", [count])
        return [receipts.format_receipt(number, on) for (number,) in cursor.fetchall()]
