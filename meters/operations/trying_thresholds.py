"""A worker tries thresholds on all of last year's readings, a step at a time; killed anywhere, the next goes on there.

One trial at a time, the oldest first: residents' readings are checked by the same workers.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog
from django.db import transaction

from accounts.models import User
from billing.models import Supplier
from meters.models import ThresholdTrial
from meters.plausibility import Thresholds
from meters.queries.past_readings import count_meters, get_cases, get_meters_after
from meters.queries.thresholds import get_thresholds, read_thresholds
from meters.simulation import Outcomes, simulate
from notifications.hints import send_hint_on_commit

RUN = "meters.tasks.try_thresholds"
LEASE = timedelta(seconds=60)
AT_ONCE = 200
MOST_ATTEMPTS = 5
Status = ThresholdTrial.Status
OPEN = (Status.WAITING, Status.RUNNING)
log = structlog.get_logger()


@transaction.atomic(durable=True)
def start_threshold_trial(
    *, supplier: Supplier, figures: Mapping[str, Decimal], until: date, staff: User, at: datetime
) -> ThresholdTrial:
    """The same figures asked for again while they wait give the same trial."""
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    same = ThresholdTrial.objects.filter(supplier=supplier, until=until, status__in=OPEN, **figures).first()
    if same:
        return same
    trial = ThresholdTrial.objects.create(supplier=supplier, until=until, staff=staff, asked_at=at, **figures)
    send_hint_on_commit(RUN)
    return trial


@transaction.atomic(durable=True)
def cancel_threshold_trial(*, trial_id: int, at: datetime) -> bool:
    """Stop it at once: the step under way is not counted. Whether there was anything to stop."""
    trial = ThresholdTrial.objects.select_for_update().filter(pk=trial_id, status__in=OPEN).first()
    if trial is None:
        return False
    trial.end(Status.CANCELLED, finished_at=at)
    return True


def take_trial_step(*, at: datetime) -> bool:
    """Judge the readings of the next meters. Whether there was a step to take."""
    trial = _claim(at)
    if trial is None:
        return False
    try:
        meters = get_meters_after(trial.supplier_id, trial.last_meter, count=AT_ONCE)
        cases = get_cases(meters, trial.until)
        held = get_thresholds([trial.supplier_id], at=trial.asked_at).get(trial.supplier_id, Thresholds())
        tried, now = simulate(cases, read_thresholds(trial)), simulate(cases, held)
        total = count_meters(trial.supplier_id) if trial.meters is None else trial.meters
    except Exception:  # one broken row of one supplier may not stop what waits behind it
        log.exception("threshold_trial_step", trial=trial.pk, last_meter=trial.last_meter)
        return False
    _write(trial, [meter.pk for meter in meters], tried, now, total=total, at=at)
    return True


@transaction.atomic(durable=True)
def _claim(at: datetime) -> ThresholdTrial | None:
    """The oldest, unless somebody works at it; one that broke too many steps is given up."""
    for trial in ThresholdTrial.objects.filter(status__in=OPEN).order_by("pk").select_for_update():
        if trial.leased_until is not None and trial.leased_until > at:
            return None
        if trial.attempts < MOST_ATTEMPTS:
            trial.status, trial.lease, trial.leased_until = Status.RUNNING, uuid.uuid4(), at + LEASE
            trial.attempts += 1
            trial.save()
            return trial
        trial.end(Status.FAILED, finished_at=at)
    return None


@transaction.atomic(durable=True)
def _write(
    trial: ThresholdTrial, meters: list[int], tried: Outcomes, held: Outcomes, *, total: int, at: datetime
) -> None:
    """How far it is and what it came to, together. Nothing when the lease was lost: another counts these meters."""
    mine = ThresholdTrial.objects.select_for_update().filter(pk=trial.pk, lease=trial.lease).first()
    if mine is None:
        return
    mine.outcomes = asdict(Outcomes(**mine.outcomes) + tried)
    mine.held = asdict(Outcomes(**mine.held) + held)
    mine.meters, mine.looked_at, mine.attempts = total, mine.looked_at + len(meters), 0
    mine.last_meter = max(meters, default=mine.last_meter)
    if len(meters) < AT_ONCE:
        mine.end(Status.DONE, finished_at=at)
        return
    mine.lease = mine.leased_until = None
    mine.save()
