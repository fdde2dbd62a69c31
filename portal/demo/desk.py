"""What waits on the desk of the demo's staff: readings of the neighbours, some of them questioned, and a report."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from billing.models import AccountGroup, Link, PersonalAccount
from meters import operations as meters
from meters.models import Installation, Meter, Reading, Submission
from portal.demo import households, people
from support import operations as support
from support.models import ErrorReport

NEIGHBOUR_PHONE = "+79215550143"
TAKEN = {number for _, number, *_ in people.LINKS} | {number for _, number in people.FREE}
TIMES_USUAL = (1, 1, 1, 1, 1, 22, 27, 1, 33)
"""How many times the use of last month each neighbour sends: of the large ones staff look even when it is confirmed."""


def furnish_desk(*, at: datetime) -> None:
    """Does nothing when the neighbour is there already."""
    if User.objects.filter(phone=NEIGHBOUR_PHONE).exists():
        return
    neighbour = User.objects.create_user(NEIGHBOUR_PHONE, None)
    people.agree(neighbour, at=at - people.LINKED_EARLIER)
    group = AccountGroup.objects.create(user=neighbour, name="Дом", created_at=at)
    links = [
        Link.objects.create(user=neighbour, account=account, group=group, proof="last_payment", linked_at=at)
        for account in _choose_accounts(len(TIMES_USUAL))
    ]
    for link, times in zip(links, TIMES_USUAL, strict=False):
        _send(link, times, at)
    meters.check_waiting_submissions(at=at)
    for submission in Submission.objects.filter(user=neighbour, status=Submission.Status.NEEDS_CONFIRMATION):
        meters.confirm_submission(user=neighbour, receipt=submission.receipt, at=at)
    support.report_error(
        user=neighbour,
        key=uuid4(),
        account=links[0].account,
        meter=Meter.objects.filter(installations__account=links[0].account).first(),
        reason=ErrorReport.Reason.WRONG_READINGS,
        text="В счёте за прошлый месяц стоит не то показание, которое я передавал. Прошу проверить.",
        documents=[],
        at=at,
    )


def _choose_accounts(count: int) -> list[PersonalAccount]:
    rows = PersonalAccount.objects.filter(
        service=PersonalAccount.objects.get(number=households.FLAT).service,
        status=PersonalAccount.Status.ACTIVE,
        installations__removed_on=None,
        installations__meter__status=Meter.Status.ACTIVE,
    )
    return list(rows.exclude(number__in=TAKEN).order_by("number").distinct()[:count])


def _send(link: Link, times: int, at: datetime) -> None:
    on = timezone.localdate(at)
    meter = Installation.objects.get(account=link.account, removed_on=None).meter
    typed = {}
    for scale in meter.scales.all():
        actual = Reading.objects.filter(scale=scale, kind=Reading.Kind.ACTUAL, taken_on__lt=on - timedelta(days=5))
        latest = list(actual.order_by("-taken_on")[:2])
        use = latest[0].value - latest[-1].value if len(latest) > 1 else Decimal(100)
        value = (latest[0].value if latest else scale.opening_value or Decimal(0)) + use * times
        typed[scale.code] = f"{value.quantize(Decimal(1)):f}"
    meters.submit_readings(user=link.user, key=uuid4(), typed={meter.pk: typed}, taken_on=on, at=at)
