"""Work at the door that nobody waits for."""

from celery import shared_task
from django.utils import timezone

from accounts import operations


@shared_task
def forget_old_codes() -> None:
    operations.forget_old_codes(at=timezone.now())
