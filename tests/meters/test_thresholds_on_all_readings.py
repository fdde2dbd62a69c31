"""Thresholds tried on all of last year's readings by a worker: in steps, resumed, stopped, kept side by side."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing import staff_scope
from billing.models import Link, Supplier
from meters import operations, tasks
from meters.models import Meter, Reading, Submission, ThresholdTrial
from meters.operations.trying_thresholds import LEASE
from meters.queries.past_readings import get_cases, get_past_readings
from meters.queries.thresholds import make_thresholds
from meters.simulation import Outcomes, simulate
from tests import factories, residents
from tests.factories import NOW
from tests.meters.test_staff_set_thresholds import LOOSE, spike
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
PAGE = "admin:meters_submission_thresholds"
FIGURES = {name: Decimal(text) for name, text in LOOSE.items()}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(staff: User) -> PageClient:
    return residents.sign_in_staff(PageClient(), staff)


@pytest.fixture
def supplier(alices_flat: Link) -> Supplier:
    """Of three meters, one with a reading far too high."""
    spike(alices_flat)
    for _ in range(2):
        residents.furnish(factories.UserFactory())
    return alices_flat.account.supplier


def start(supplier: Supplier, staff: User, **figures: Decimal) -> ThresholdTrial:
    return operations.start_threshold_trial(
        supplier=supplier, figures={**FIGURES, **figures}, until=NOW.date(), staff=staff, at=timezone.now()
    )


def take_steps() -> int:
    steps = 0
    while operations.take_trial_step(at=timezone.now()):
        steps += 1
    return steps


def expect(supplier: Supplier, **figures: Decimal) -> Outcomes:
    cases = get_cases(list(Meter.objects.filter(supplier=supplier)), NOW.date())
    return simulate(cases, make_thresholds(**{**FIGURES, **figures}))


@pytest.mark.parametrize("at_once", [1, 2, 3, 200])
def test_every_meter_counts_once_however_long_a_step_is(
    supplier: Supplier, staff: User, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("meters.operations.trying_thresholds.AT_ONCE", at_once)
    trial = start(supplier, staff)
    take_steps()
    trial.refresh_from_db()
    assert (trial.status, trial.meters, trial.looked_at) == ("done", 3, 3)
    assert Outcomes(**trial.outcomes) == expect(supplier)
    sample = get_past_readings(supplier, NOW.date())
    assert trial.outcomes["judged"] == len(sample.cases) == 33
    assert trial.held["asked_wrong"] > trial.outcomes["asked_wrong"]


def test_a_killed_worker_loses_nothing_and_counts_nothing_twice(
    supplier: Supplier, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meters.operations.trying_thresholds.AT_ONCE", 1)
    trial = start(supplier, staff)
    assert operations.take_trial_step(at=timezone.now())
    with monkeypatch.context() as killed:

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        killed.setattr("meters.operations.trying_thresholds._write", die)
        with pytest.raises(KeyboardInterrupt):
            operations.take_trial_step(at=timezone.now())
    assert not operations.take_trial_step(at=timezone.now()), "the lease of the dead one still runs"
    with time_machine.travel(NOW + LEASE + timedelta(seconds=1), tick=False):
        take_steps()
    trial.refresh_from_db()
    assert (trial.status, trial.looked_at) == ("done", 3)
    assert Outcomes(**trial.outcomes) == expect(supplier)


def test_one_that_wakes_up_late_writes_nothing(
    supplier: Supplier, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen longer than its lease, while another did its step."""
    trial = start(supplier, staff)
    real = get_cases

    def freeze(meters: list[Meter], on: date) -> object:
        monkeypatch.setattr("meters.operations.trying_thresholds.get_cases", real)
        assert operations.take_trial_step(at=timezone.now() + LEASE * 2)
        return real(meters, on)

    monkeypatch.setattr("meters.operations.trying_thresholds.get_cases", freeze)
    operations.take_trial_step(at=timezone.now())
    trial.refresh_from_db()
    assert (trial.status, trial.looked_at) == ("done", 3)
    assert Outcomes(**trial.outcomes) == expect(supplier)


def test_a_step_that_always_breaks_is_given_up_and_the_next_has_its_turn(
    supplier: Supplier, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = start(supplier, staff)
    fine = start(supplier, staff, high=Decimal(2))
    with monkeypatch.context() as away:
        away.setattr("meters.operations.trying_thresholds.get_cases", lambda *_: 1 / 0)
        for times in range(5):
            assert not operations.take_trial_step(at=timezone.now() + LEASE * 2 * times)
    with time_machine.travel(NOW + LEASE * 20, tick=False):
        take_steps()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.status, fine.status) == ("failed", "done")


def test_readings_of_a_meter_gone_since_are_judged_too(supplier: Supplier, staff: User) -> None:
    meter = Meter.objects.filter(supplier=supplier).order_by("pk")[1]
    Meter.objects.filter(pk=meter.pk).update(status=Meter.Status.REMOVED)
    trial = start(supplier, staff)
    take_steps()
    trial.refresh_from_db()
    assert trial.outcomes == {**trial.outcomes, "judged": 33, "asked": expect(supplier).asked}


def test_what_comes_while_it_is_counted_is_not_in_it(supplier: Supplier, staff: User) -> None:
    trial = start(supplier, staff)
    for row in Reading.objects.filter(taken_on__lt=NOW.date()).order_by("-taken_on")[:2]:
        row.pk, row.taken_on = None, NOW.date() + timedelta(days=1)
        row.save()
    take_steps()
    trial.refresh_from_db()
    assert trial.outcomes["judged"] == 33


def test_staff_ask_for_it_and_see_the_trials_side_by_side(
    desk: PageClient, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"supplier": supplier.pk, **LOOSE, "run": "1"}
    answer = desk.post(reverse(PAGE), facts)
    assert answer.url == f"{reverse(PAGE)}?supplier={supplier.pk}#trials"
    desk.post(reverse(PAGE), facts)
    first = ThresholdTrial.objects.get()
    html = desk.get(f"{reverse(PAGE)}?supplier={supplier.pk}").content.decode()
    assert "в очереди" in html
    assert "data-poll=" in html
    tasks.try_thresholds()
    desk.post(reverse(PAGE), {**facts, "high": "2"})
    tasks.try_thresholds()
    html = desk.get(f"{reverse(PAGE)}?supplier={supplier.pk}").content.decode()
    assert "data-poll=" not in html
    assert "в 20 и 40 раз" in html
    assert "в 2 и 40 раз" in html
    again = desk.get(
        f"{reverse(PAGE)}?supplier={supplier.pk}&high={first.high}&very_high=40&floor_kwh=100&floor_m3=3"
    ).content.decode()
    assert 'value="20.00"' in again
    fragment = desk.get(reverse("admin:meters_submission_threshold_trials"), {"supplier": supplier.pk})
    assert "готово" in fragment.content.decode()
    assert not Submission.objects.exists()


def test_staff_stop_it(desk: PageClient, supplier: Supplier, staff: User) -> None:
    trial = start(supplier, staff)
    stop = reverse("admin:meters_submission_stop_trial", args=[trial.pk])
    assert "Проба остановлена" in desk.post(stop, follow=True).content.decode()
    assert take_steps() == 0
    trial.refresh_from_db()
    assert (trial.status, trial.looked_at) == ("cancelled", 0)
    assert "Проба остановлена" not in desk.post(stop, follow=True).content.decode()


def test_stopped_in_the_middle_of_a_step_it_stays_stopped(
    supplier: Supplier, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = start(supplier, staff)

    def stop(meters: list[Meter], on: date) -> object:
        operations.cancel_threshold_trial(trial_id=trial.pk, at=timezone.now())
        return get_cases(meters, on)

    monkeypatch.setattr("meters.operations.trying_thresholds.get_cases", stop)
    operations.take_trial_step(at=timezone.now())
    trial.refresh_from_db()
    assert (trial.status, trial.outcomes) == ("cancelled", {})


def test_an_operator_of_another_supplier_neither_sees_nor_stops_it(supplier: Supplier, staff: User) -> None:
    trial = start(supplier, staff)
    one = residents.make_staff_of("Старший")
    staff_scope.give_scope(staff=one, supplier=factories.SupplierFactory(code="eirc"), at=NOW)
    stranger = residents.sign_in_staff(PageClient(), one)
    fragment = stranger.get(reverse("admin:meters_submission_threshold_trials"), {"supplier": supplier.pk})
    assert "в 20 и 40 раз" not in fragment.content.decode()
    assert stranger.post(reverse("admin:meters_submission_stop_trial", args=[trial.pk])).status_code in (403, 404)
    trial.refresh_from_db()
    assert trial.status == "waiting"


def test_a_worker_tries_a_little_and_gives_way(
    supplier: Supplier, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meters.operations.trying_thresholds.AT_ONCE", 1)
    monkeypatch.setattr("meters.tasks.SECONDS_AT_ONCE", -1.0)
    hints: list[str] = []
    monkeypatch.setattr("meters.tasks.send_hint", hints.append)
    trial = start(supplier, staff)
    tasks.try_thresholds()
    trial.refresh_from_db()
    assert (trial.status, trial.looked_at, hints) == ("running", 1, ["meters.tasks.try_thresholds"])
