"""Workers of the outbox: safe to run twice."""

from celery import shared_task
from django.utils import timezone

from notifications import hints, operations


@shared_task
def deliver_message(*, message_id: int) -> None:
    operations.deliver_message(message_id=message_id, at=timezone.now(), clock=timezone.now)


@shared_task
def sweep_messages() -> None:
    for message_id in operations.sweep_messages(at=timezone.now()):
        hints.send_hint("notifications.tasks.deliver_message", message_id=message_id)
