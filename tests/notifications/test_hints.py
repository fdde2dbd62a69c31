"""Workers are woken once for what one look finds, and always for what was named."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import redis
from celery import current_app
from django.conf import settings

from meters.tasks import check_waiting_submissions
from notifications import hints

QUEUE = "celery"
CHECK, DELIVER = "meters.tasks.check_waiting_submissions", "notifications.tasks.deliver_message"


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch, worker_id: str) -> Iterator[redis.Redis]:
    """A database of the server for this process alone."""
    number = 3 + int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    url = urlsplit(settings.CELERY_BROKER_URL)._replace(path=f"/{number}").geturl()
    monkeypatch.setattr(current_app.conf, "broker_write_url", url)
    monkeypatch.setattr(hints, "_broker", hints._Broker())
    client = redis.Redis.from_url(url)
    yield client
    client.flushdb()


def test_one_message_is_enough_while_nobody_has_taken_it(broker: redis.Redis) -> None:
    for _ in range(20):
        hints.send_hint(CHECK)
    assert broker.llen(QUEUE) == 1


@pytest.mark.django_db
def test_what_comes_after_the_task_began_wakes_it_again(broker: redis.Redis) -> None:
    hints.send_hint(CHECK)
    check_waiting_submissions.apply()
    hints.send_hint(CHECK)
    assert broker.llen(QUEUE) == 2


def test_a_message_that_was_lost_is_sent_again_a_second_later(broker: redis.Redis) -> None:
    hints.send_hint(CHECK)
    broker.delete(QUEUE)
    (key,) = broker.keys("hint:*")
    assert 0 < broker.pttl(key) <= hints.MILLISECONDS_ON_THE_WAY
    broker.delete(key)  # that second is over
    hints.send_hint(CHECK)
    assert broker.llen(QUEUE) == 1


def test_each_named_row_has_a_message_of_its_own(broker: redis.Redis) -> None:
    for message_id in (1, 2, 2):
        hints.send_hint(DELIVER, message_id=message_id)
    assert broker.llen(QUEUE) == 3


def test_taking_a_hint_never_stops_a_task(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: object) -> None:
        raise redis.exceptions.ConnectionError

    monkeypatch.setattr(current_app, "connection_for_write", away)
    hints.take_hint(check_waiting_submissions, kwargs={})
    assert hints._broker.silent_until > 0
