"""The worker that applies packages staff let in. The call is only a hint: twice does no harm."""

from celery import shared_task
from django.utils import timezone

from exchange import operations

LONGEST = 6 * 60 * 60
"""Seconds; a package of millions of accounts takes minutes."""


@shared_task(time_limit=LONGEST)
def apply_let_in_packages() -> None:
    operations.apply_let_in_packages(at=timezone.now())
