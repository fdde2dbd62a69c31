"""The worker that checks readings. The call is only a hint: whatever waits is judged, and twice does no harm."""

from celery import shared_task
from django.utils import timezone

from meters import operations


@shared_task
def check_waiting_submissions() -> None:
    operations.check_waiting_submissions(at=timezone.now())


@shared_task
def forget_old_photos() -> None:
    operations.forget_old_photos(at=timezone.now())
