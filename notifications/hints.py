"""Hints to the workers that something waits. When the broker is away the hint is lost, and a sweep finds the row."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()


def send_hint(task: str, **arguments: int) -> None:
    """Wake a worker now; never fails, since the truth is in the table."""
    try:
        current_app.send_task(task, kwargs=arguments)
    except OperationalError:
        log.warning("broker_away", task=task)


def send_hint_on_commit(task: str, **arguments: int) -> None:
    """Wake a worker once the caller's rows can be seen."""
    transaction.on_commit(lambda: send_hint(task, **arguments))
