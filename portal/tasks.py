"""Work of the house itself. Safe to run twice."""

from celery import shared_task
from django.utils import timezone

from portal import retention


@shared_task
def forget_what_is_old() -> None:
    retention.forget_what_is_old(at=timezone.now(), clock=timezone.now)
