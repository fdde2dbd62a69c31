"""Work of billing that nobody waits for."""

from celery import shared_task
from django.utils import timezone

from billing import operations


@shared_task
def settle_link_requests() -> None:
    """Every five minutes, besides after each import: what waited too long is told so."""
    at = timezone.now()
    operations.settle_link_requests(at=at)
    operations.forget_old_guesses(at=at)
