"""Made-up residents with accounts and meters, many at once."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from billing.models import PersonalAccount, Supplier
from meters.models import Installation, Meter, Reading, Scale, Submission, SubmissionValue
from tests import factories


def make_meters(count: int, *, user: User, supplier: Supplier, months: int = 12) -> list[Meter]:
    """Two-zone meters, each at a personal account, the first hundred linked to the resident, with so many months of
    readings."""
    group = factories.AccountGroupFactory(user=user)
    accounts = PersonalAccount.objects.bulk_create(
        factories.PersonalAccountFactory.build_batch(count, supplier=supplier)
    )
    meters = Meter.objects.bulk_create(factories.MeterFactory.build_batch(count, supplier=supplier))
    pairs = list(zip(accounts, meters, strict=True))
    for account in accounts[:100]:
        factories.LinkFactory(user=user, account=account, group=group)
    Installation.objects.bulk_create(
        Installation(meter=meter, account=account, installed_on=date(2019, 5, 20)) for account, meter in pairs
    )
    scales = Scale.objects.bulk_create(
        factories.ScaleFactory.build(meter=meter, code=code) for meter in meters for code in ("1", "2")
    )
    today = timezone.localdate()
    Reading.objects.bulk_create(
        (
            factories.ReadingFactory.build(
                scale=scale,
                meter=scale.meter,
                taken_on=today - timedelta(days=30 * month),
                value=Decimal(12600 - 200 * month),
            )
            for scale in scales
            for month in range(1, months + 1)
        ),
        batch_size=5000,
    )
    return meters


def submit(meters: list[Meter], user: User) -> None:
    """One submission of each meter, written straight into the tables, waiting to be checked."""
    now, key = timezone.now(), uuid4()
    today = timezone.localdate(now)
    accounts = dict(Installation.objects.filter(meter__in=meters).values_list("meter_id", "account_id"))
    rows = Submission.objects.bulk_create(
        Submission(
            receipt=uuid4().hex[:20],
            key=key,
            user=user,
            account_id=accounts[meter.pk],
            meter=meter,
            taken_on=today,
            period=today.replace(day=1),
            submitted_at=now,
        )
        for meter in meters
    )
    scales: dict[int, list[Scale]] = {}
    for scale in Scale.objects.filter(meter__in=meters):
        scales.setdefault(scale.meter_id, []).append(scale)
    SubmissionValue.objects.bulk_create(
        SubmissionValue(submission=row, scale=scale, typed="12650") for row in rows for scale in scales[row.meter_id]
    )


def withdraw_all() -> None:
    Reading.objects.filter(submission__isnull=False).delete()
    SubmissionValue.objects.all().delete()
    Submission.objects.all().delete()
