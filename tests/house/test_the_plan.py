"""What the scheduler asks for is asked for once, however long no worker was there to hear (security.md R4, R15)."""

import pytest
from django.conf import settings

from portal.celery import app

PLAN = settings.CELERY_BEAT_SCHEDULE


@pytest.mark.parametrize("name", sorted(PLAN))
def test_a_call_nobody_took_is_forgotten_when_the_next_one_is_due(name: str) -> None:
    every, expires = PLAN[name]["schedule"], PLAN[name]["options"]["expires"]
    assert every <= expires <= max(every, 30)


@pytest.mark.parametrize("name", sorted(PLAN))
def test_every_call_has_its_task(name: str) -> None:
    app.loader.import_default_modules()
    assert PLAN[name]["task"] in app.tasks
