"""A bill comes: what was sent is counted in it, or the bill says something else and the resident hears so."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from billing.models import Bill, BillLine, Link
from meters import operations
from meters.billed_values import Fate, SentValue, ValueOnBill, compare_with_bill
from meters.models import Meter, Submission
from notifications.models import Notification
from support.models import ErrorReport
from tests import factories
from tests.factories import NOW
from tests.pages import PageClient

LATER = NOW + timedelta(days=14)
NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _in_december() -> object:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def sent(alices_flat: Link) -> Submission:
    meter = Meter.objects.get(installations__account=alices_flat.account)
    typed = {meter.pk: {"1": "12896", "2": "3588"}}
    (row,) = operations.submit_readings(user=alices_flat.user, key=uuid4(), typed=typed, taken_on=NOW.date(), at=NOW)
    operations.check_waiting_submissions(at=NOW)
    row.refresh_from_db()
    return row


def bill(row: Submission, *, day: str = "12896", night: str = "3588", kind: str = "actual") -> Bill:
    issued = factories.BillFactory(account=row.account, period=row.period)
    for code, current in (("1", day), ("2", night)):
        factories.BillLineFactory(bill=issued, serial=row.meter.serial, code=code, current=Decimal(current), kind=kind)
    return issued


def settle(row: Submission) -> operations.Settled:
    settled = operations.settle_waiting(supplier_id=row.account.supplier_id, after=0, at=LATER)
    row.refresh_from_db()
    return settled


@pytest.mark.django_db
def test_a_counted_reading_says_since_when(as_alice: PageClient, sent: Submission) -> None:
    bill(sent)

    settled = settle(sent)

    assert (settled.counted, settled.otherwise) == (1, 0)
    assert (sent.status, sent.billed_at, sent.billed_otherwise) == (Submission.Status.BILLED, LATER, None)
    html = as_alice.get(sent.get_absolute_url()).text.replace("\u00a0", " ")
    assert "Учтено в счёте за ноябрь" in html
    assert "4 декабря, 12:00" in html


@pytest.mark.django_db
def test_another_value_on_the_bill_is_shown_beside_the_one_sent(as_alice: PageClient, sent: Submission) -> None:
    bill(sent, day="12950", kind="estimated")

    settled = settle(sent)

    assert (settled.counted, settled.otherwise, sent.billed_at) == (0, 1, None)
    assert sent.status == Submission.Status.ACCEPTED
    html = as_alice.get(sent.get_absolute_url()).text.replace("\u00a0", " ")
    assert "В счёте за ноябрь другое значение" in html
    assert "День: вы передали 12 896 кВт·ч, в счёте 12 950 кВт·ч, по среднему" in html
    assert "Ночь: вы" not in html
    bell = Notification.objects.get(event="meters/submission_billed_otherwise")
    assert (bell.user, bell.url) == (sent.user, sent.get_absolute_url())


@pytest.mark.django_db
def test_one_tap_opens_the_report_with_the_figures(as_alice: PageClient, sent: Submission) -> None:
    bill(sent, day="12950")
    settle(sent)
    links = as_alice.get(sent.get_absolute_url()).examined.links
    report = next(link for link in links if "reports/new" in link and sent.receipt in link)

    form = as_alice.get(report)

    text = form.context["form"].initial["text"].replace("\u00a0", " ")
    assert f"№ {sent.meter.serial}" in text
    assert "«День»: передано 12 896 кВт·ч, в счёте 12 950 кВт·ч." in text
    assert "«День»: передано" in form.text
    link = Link.objects.get()
    values = {"account": link.pk, "meter": sent.meter_id, "reason": "wrong_readings", "text": text}
    as_alice.post(report, values | {"key": str(uuid4())})
    assert "квитанции №" in ErrorReport.objects.get().text


@pytest.mark.django_db
def test_a_strangers_receipt_fills_in_nothing(as_charlie: PageClient, sent: Submission) -> None:
    bill(sent, day="12950")
    settle(sent)
    own = factories.LinkFactory(user__phone="+79005550104")
    as_charlie.force_login(own.user, backend="django.contrib.auth.backends.ModelBackend")

    assert sent.receipt not in as_charlie.get(f"/reports/new/?receipt={sent.receipt}").text.replace(
        f"receipt={sent.receipt}", ""
    )


@pytest.mark.django_db
def test_the_same_bill_again_is_no_news(sent: Submission) -> None:
    bill(sent, day="12950")
    settle(sent)

    assert settle(sent).otherwise == 0
    assert Notification.objects.filter(event="meters/submission_billed_otherwise").count() == 1


@pytest.mark.django_db
def test_a_corrected_bill_settles_it(sent: Submission) -> None:
    bill(sent, day="12950")
    settle(sent)
    BillLine.objects.filter(code="1", bill__period=NOVEMBER).update(current=12896)

    assert settle(sent).counted == 1
    assert (sent.status, sent.billed_otherwise, sent.billed_at) == (Submission.Status.BILLED, None, LATER)


@pytest.mark.django_db
def test_a_bill_corrected_away_takes_the_word_back(as_alice: PageClient, sent: Submission) -> None:
    bill(sent)
    settle(sent)
    BillLine.objects.filter(code="1", bill__period=NOVEMBER).update(current=12950)

    settled = operations.settle_counted(
        supplier_id=sent.account.supplier_id, period=NOVEMBER, after=0, at=LATER + timedelta(days=1)
    )

    sent.refresh_from_db()
    assert (settled.otherwise, sent.status, sent.billed_at) == (1, Submission.Status.HANDED_OVER, None)
    html = as_alice.get(sent.get_absolute_url()).text
    assert "другое значение" in html
    assert "Учтено" not in html


@pytest.mark.django_db
def test_a_bill_that_no_longer_speaks_of_the_meter_takes_the_difference_away(sent: Submission) -> None:
    bill(sent, day="12950")
    settle(sent)
    BillLine.objects.filter(bill__period=NOVEMBER).delete()

    settle(sent)

    assert sent.billed_otherwise is None
    assert Submission.objects.filter(billed_otherwise__isnull=True).count() == 1


@pytest.mark.django_db
def test_batches_go_on_where_the_last_one_ended(sent: Submission) -> None:
    assert settle(sent).last == sent.pk
    assert operations.settle_waiting(supplier_id=sent.account.supplier_id, after=sent.pk, at=LATER).last is None


DAY, NIGHT = SentValue("1", "День", "кВт·ч", Decimal(100)), SentValue("2", "Ночь", "кВт·ч", Decimal(50))


@pytest.mark.parametrize(
    ("on_bill", "is_counted", "others"),
    [
        ({}, False, []),
        ({"1": [100], "2": [50]}, True, []),
        ({"1": [100]}, False, []),
        ({"1": [101]}, False, [101]),
        ({"1": [100], "2": [51]}, False, [51]),
        ({"1": [80, 100], "2": [50]}, True, []),
        ({"1": [80, 120], "2": [50]}, False, [120]),
        ({"3": [100]}, False, []),
    ],
    ids=["no lines", "equal", "one scale missing", "one differs", "the other", "ranges", "ranges differ", "others"],
)  # fmt: skip
def test_what_a_bill_says_of_a_submission(on_bill: dict[str, list[int]], is_counted: bool, others: list[int]) -> None:
    lines = {code: [ValueOnBill(Decimal(value), "actual") for value in values] for code, values in on_bill.items()}

    fate = compare_with_bill([DAY, NIGHT], lines)

    assert (fate.is_counted, [other.billed.value for other in fate.others]) == (is_counted, others)


def test_nothing_sent_is_not_counted() -> None:
    assert compare_with_bill([], {"1": [ValueOnBill(Decimal(1), "actual")]}) == Fate(is_counted=False, others=())
