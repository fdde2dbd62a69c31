"""The hint to the workers. When the broker is away the hint is lost, and the sweep finds the row."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger()


def enqueue_delivery(message_id: int) -> None:
    try:
        current_app.send_task("notifications.tasks.deliver_message", kwargs={"message_id": message_id})
    except OperationalError:
        log.warning("broker_away", message_id=message_id)
