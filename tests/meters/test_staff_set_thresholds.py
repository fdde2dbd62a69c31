"""Staff try other thresholds on last year's readings, and set them for a supplier with a reason."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing import staff_scope
from billing.models import Link
from meters import operations
from meters.models import CheckThresholds, Meter, Reading, Submission
from meters.plausibility import Thresholds
from meters.queries.past_readings import get_past_readings
from meters.queries.thresholds import make_thresholds
from meters.simulation import simulate
from tests import factories, residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
PAGE = "admin:meters_submission_thresholds"
LOOSE = {"high": "20", "very_high": "40", "floor_kwh": "100", "floor_m3": "3"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(staff: User) -> PageClient:
    return residents.sign_in_staff(PageClient(), staff)


def spike(link: Link) -> None:
    """One reading of the past year much too high, undone by the next."""
    scale = Meter.objects.get(installations__account=link.account).scales.get(code="1")
    third = Reading.objects.filter(scale=scale).order_by("-taken_on")[3]
    Reading.objects.filter(pk=third.pk).update(value=third.value + 1900)


def test_last_years_readings_are_judged_anew(alices_flat: Link) -> None:
    sample = get_past_readings(alices_flat.account.supplier, NOW.date())
    assert (sample.meters, len(sample.cases)) == (1, 11)
    assert simulate(sample.cases, Thresholds()).asked == 0
    spike(alices_flat)
    sample = get_past_readings(alices_flat.account.supplier, NOW.date())
    today = simulate(sample.cases, Thresholds())
    assert today.asked_wrong >= 1
    figures = {name: Decimal(text) for name, text in LOOSE.items()}
    loose = simulate(sample.cases, make_thresholds(**figures))
    assert loose.asked_wrong < today.asked_wrong
    assert loose.missed > today.missed


def test_what_staff_refused_counts_as_wrong(alices_flat: Link, staff: User) -> None:
    meter = Meter.objects.get(installations__account=alices_flat.account)
    (row,) = operations.submit_readings(
        user=alices_flat.user,
        key=uuid4(),
        typed={meter.pk: {"1": "19000", "2": "3588"}},
        taken_on=NOW.date(),
        at=timezone.now(),
    )
    operations.check_waiting_submissions(at=timezone.now())
    operations.review_submission(
        submission_id=row.pk, staff=staff, decision="refuse", reason="Опечатка.", at=timezone.now()
    )
    cases = get_past_readings(alices_flat.account.supplier, NOW.date()).cases
    assert [case.typed["1"] for case in cases if case.was_wrong] == ["19000.0000"]


def test_trying_writes_nothing_and_shows_both(desk: PageClient, alices_flat: Link) -> None:
    spike(alices_flat)
    facts = {"supplier": alices_flat.account.supplier_id, **LOOSE}
    html = desk.post(reverse(PAGE), facts).content.decode()
    assert "С этими порогами" in html
    assert "Показаний 11" in html
    assert not CheckThresholds.objects.exists()


def test_saved_with_a_reason_they_hold_for_the_next_check(desk: PageClient, alices_flat: Link, staff: User) -> None:
    facts = {"supplier": alices_flat.account.supplier_id, **LOOSE, "save": "1"}
    assert "Напишите, почему меняете пороги" in desk.post(reverse(PAGE), facts).content.decode()
    desk.post(reverse(PAGE), {**facts, "reason": "Дачи: летом расход растёт."})
    row = CheckThresholds.objects.get()
    assert (row.high, row.staff, row.reason) == (Decimal(20), staff, "Дачи: летом расход растёт.")
    meter = Meter.objects.get(installations__account=alices_flat.account)
    operations.submit_readings(
        user=alices_flat.user,
        key=uuid4(),
        typed={meter.pk: {"1": "14500", "2": "3588"}},
        taken_on=NOW.date(),
        at=timezone.now(),
    )
    operations.check_waiting_submissions(at=timezone.now())
    assert Submission.objects.get().status == Submission.Status.ACCEPTED
    html = desk.get(reverse(PAGE)).content.decode()
    assert 'value="20.00"' in html
    assert "Дачи: летом расход растёт." in html


def test_other_suppliers_keep_theirs(desk: PageClient, alices_flat: Link) -> None:
    other = factories.SupplierFactory(code="eirc")
    operations.set_thresholds(
        supplier=other,
        **{name: Decimal(text) for name, text in LOOSE.items()},
        reason="Вода.",
        staff=User.objects.get(is_superuser=True),
        at=NOW - timedelta(days=1),
    )
    html = desk.get(f"{reverse(PAGE)}?supplier={alices_flat.account.supplier_id}").content.decode()
    assert 'value="3"' in html
    assert 'value="20.00"' not in html


def test_thresholds_in_the_wrong_order_are_said(desk: PageClient, alices_flat: Link) -> None:
    facts = {"supplier": alices_flat.account.supplier_id, **LOOSE, "very_high": "5"}
    assert "не может быть меньше первого" in desk.post(reverse(PAGE), facts).content.decode()


def test_an_operator_sets_nothing_and_tries_nothing_outside_the_scope(alices_flat: Link) -> None:
    one = residents.make_staff_of("Оператор")
    operator = residents.sign_in_staff(PageClient(), one)
    facts = {"supplier": alices_flat.account.supplier_id, **LOOSE, "save": "1", "reason": "Так."}
    assert "Выберите корректный вариант" in operator.post(reverse(PAGE), facts).content.decode()
    staff_scope.give_scope(staff=one, supplier=alices_flat.account.supplier, at=NOW)
    assert operator.post(reverse(PAGE), facts).status_code == 403
    assert not CheckThresholds.objects.exists()
