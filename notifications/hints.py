"""Hints to the workers that something waits. When the broker is away the hint is lost, and a sweep finds the row."""

import threading
import time

import structlog
from celery import Task, current_app
from celery.signals import task_prerun
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

SECONDS_OF_SILENCE = 5.0
"""After a broker did not answer nobody waits for it again so long."""
MILLISECONDS_ON_THE_WAY = 1000
"""A hint that nobody has taken up so long may be lost: the next is sent again."""
PATIENCE = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25, "max_retries": 1, "interval_start": 0}
"""A resident's request gives a hint. The worker, which listens, is more patient (settings)."""


class _Broker(threading.local):
    """This thread's own connection, and since when it may be used again."""

    connection: Connection | None = None
    silent_until = 0.0


_broker = _Broker()


def send_hint(task: str, **arguments: int) -> None:
    """Wake a worker now; never fails and hardly waits, since the truth is in the table.

    A task without arguments looks at everything that waits, so one hint on its way is enough: hundreds of residents a
    second make a few messages.
    """
    if time.monotonic() < _broker.silent_until:
        return
    try:
        connection = _connect()
        if not arguments and not _get_client(connection).set(_name(task), 1, nx=True, px=MILLISECONDS_ON_THE_WAY):
            return
        current_app.send_task(task, kwargs=arguments, connection=connection)
    except (OperationalError, RedisError):
        _give_up(task)


def send_hint_on_commit(task: str, **arguments: int) -> None:
    """Wake a worker once the caller's rows can be seen."""
    transaction.on_commit(lambda: send_hint(task, **arguments), robust=True)


@task_prerun.connect
def take_hint(task: "Task[..., object]", kwargs: dict[str, object], **_: object) -> None:
    """Before a task looks at what waits: what comes from now on needs a hint of its own."""
    if kwargs:
        return
    try:
        _get_client(_connect()).delete(_name(task.name))
    except (OperationalError, RedisError):
        _give_up(task.name)


def _connect() -> Connection:
    if _broker.connection is None:
        _broker.connection = current_app.connection_for_write(transport_options=PATIENCE)
    return _broker.connection


def _get_client(connection: Connection) -> Redis:
    client: Redis = connection.default_channel.client  # type: ignore[attr-defined]
    return client


def _name(task: str) -> str:
    return f"hint:{task}"


def _give_up(task: str) -> None:
    if _broker.connection is not None:
        _broker.connection.release()
    _broker.connection = None
    _broker.silent_until = time.monotonic() + SECONDS_OF_SILENCE
    log.warning("broker_away", task=task)
