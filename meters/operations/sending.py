"""A resident sends what the meters show: every meter gets its receipt at once, the check comes after."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from billing.calendar import ReadingCalendar
from billing.models import PersonalAccount, Supplier
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

    The same key again gives the former receipts and writes nothing. Raises NothingToSend, and Meter.DoesNotExist for
    a meter that is not the resident's.
    """
    if not typed:
        raise NothingToSend
    try:
        return _write(user, key, typed, taken_on, at)
    except IntegrityError:
        former = list(Submission.objects.filter(key=key, user=user).order_by("pk"))
        if not former:
            raise
        return former


@transaction.atomic(durable=True)
def _write(user: User, key: UUID, typed: Typed, taken_on: date, at: datetime) -> list[Submission]:
    former = list(Submission.objects.filter(key=key, user=user).order_by("pk"))
    if former:
        return former
    accounts = _get_own_accounts(user, list(typed), taken_on)
    submissions = [
        write_submission(
            user=user, account=accounts[meter_id], meter_id=meter_id, key=key, typed=values, taken_on=taken_on, at=at
        )
        for meter_id, values in typed.items()
    ]
    hints.send_hint_on_commit(CHECK)
    return submissions


def write_submission(
    *,
    user: User,
    account: PersonalAccount,
    meter_id: int,
    key: UUID,
    typed: Mapping[str, str],
    taken_on: date,
    at: datetime,
    supersedes: Submission | None = None,
) -> Submission:
    """One row with its values, inside the caller's transaction."""
    submission = Submission.objects.create(
        receipt=_draw_receipt(taken_on),
        key=key,
        user=user,
        account=account,
        meter_id=meter_id,
        taken_on=taken_on,
        period=get_calendar(account.supplier).billing_period(taken_on),
        submitted_at=at,
        supersedes=supersedes,
    )
    scales = {scale.code: scale for scale in Scale.objects.filter(meter_id=meter_id)}
    SubmissionValue.objects.bulk_create(
        SubmissionValue(submission=submission, scale=scales[code], typed=text[:40])
        for code, text in typed.items()
        if code in scales
    )
    return submission


def get_calendar(supplier: Supplier) -> ReadingCalendar:
    return ReadingCalendar(supplier.window_from, supplier.window_to, supplier.cut_off)


def _get_own_accounts(user: User, meter_ids: list[int], on: date) -> dict[int, PersonalAccount]:
    rows = (
        Installation.objects.filter(meter_id__in=meter_ids, account__links__user=user, account__links__ended_at=None)
        .select_related("account__supplier")
        .order_by("installed_on")
    )
    accounts = {row.meter_id: row.account for row in rows if row.removed_on is None or row.removed_on > on}
    if set(meter_ids) - set(accounts):
        raise Meter.DoesNotExist
    return accounts


def _draw_receipt(on: date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('meters_receipt_number')")
        (number,) = cursor.fetchone()
    return receipts.format_receipt(number, on)
