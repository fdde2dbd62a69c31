"""Hints to the workers that something waits. When the broker is away the hint is lost, and a sweep finds the row."""

import threading
import time

import structlog
from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError

log = structlog.get_logger()

SECONDS_OF_SILENCE = 5.0
"""After a broker did not answer nobody waits for it again so long."""
PATIENCE = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25, "max_retries": 1, "interval_start": 0}
"""A resident's request gives a hint. The worker, which listens, is more patient (settings)."""


class _Broker(threading.local):
    """This thread's own connection, and since when it may be used again."""

    connection: Connection | None = None
    silent_until = 0.0


_broker = _Broker()


def send_hint(task: str, **arguments: int) -> None:
    """Wake a worker now; never fails and hardly waits, since the truth is in the table."""
    if time.monotonic() < _broker.silent_until:
        return
    if _broker.connection is None:
        _broker.connection = current_app.connection_for_write(transport_options=PATIENCE)
    try:
        current_app.send_task(task, kwargs=arguments, connection=_broker.connection)
    except OperationalError:
        _broker.connection.release()
        _broker.connection = None
        _broker.silent_until = time.monotonic() + SECONDS_OF_SILENCE
        log.warning("broker_away", task=task)


def send_hint_on_commit(task: str, **arguments: int) -> None:
    """Wake a worker once the caller's rows can be seen."""
    transaction.on_commit(lambda: send_hint(task, **arguments), robust=True)
