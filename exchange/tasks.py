"""What follows from an import, and the tidying. Imports are run by `manage.py run_imports`. Calls are only hints."""

import time

from celery import shared_task
from django.utils import timezone

from exchange import operations
from notifications import hints

SECONDS = 8
COUNTING = 15 * 60
FOLLOW_UP = "exchange.tasks.follow_up_imports"


@shared_task
def follow_up_imports() -> None:
    """Goes on for some seconds, then asks to be called again: other work waits too."""
    until = time.monotonic() + SECONDS
    if not operations.follow_up_imports(at=timezone.now(), may_go_on=lambda: time.monotonic() < until):
        hints.send_hint(FOLLOW_UP)


@shared_task(time_limit=COUNTING)
def count_reconciliations() -> None:
    """Figures of millions of accounts take seconds; a second worker called meanwhile finds them taken."""
    at = timezone.now()
    operations.plan_reconciliations(at=at)
    while operations.count_waiting_reconciliation(at=at):
        pass


@shared_task
def sweep_arrivals() -> None:
    operations.sweep_arrivals(at=timezone.now())


@shared_task
def look_for_packages() -> None:
    operations.look_for_packages(at=timezone.now())
