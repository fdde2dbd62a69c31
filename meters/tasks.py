"""The worker that checks readings. The call is only a hint: whatever waits is judged, and twice does no harm."""

import time

from celery import shared_task
from django.utils import timezone

from meters import operations
from notifications.hints import send_hint

SECONDS_AT_ONCE = 3.0
"""So long a task keeps a worker, then others have their turn; Celery ends one that takes longer than its time limit."""


@shared_task
def check_waiting_submissions() -> None:
    """Batch after batch, each with the time it is judged at; while ever more come, a hint goes on in another task."""
    until = time.monotonic() + SECONDS_AT_ONCE
    while operations.check_waiting_submissions(at=timezone.now(), batches=1):
        if time.monotonic() > until:
            send_hint("meters.tasks.check_waiting_submissions")
            return


@shared_task
def try_thresholds() -> None:
    """Some steps, and a hint to take the next ones."""
    until = time.monotonic() + SECONDS_AT_ONCE
    while operations.take_trial_step(at=timezone.now()):
        if time.monotonic() > until:
            send_hint("meters.tasks.try_thresholds")
            return
