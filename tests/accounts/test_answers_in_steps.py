"""A posted form is answered at a whole step of time, whatever was done for it."""

import time
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.alike import answers_in_steps

STEP = 0.06


def answer_after(seconds: float) -> Any:
    @answers_in_steps
    def view(request: HttpRequest) -> HttpResponse:
        time.sleep(seconds)
        return HttpResponse()

    return view


def measure(seconds: float, method: str = "post") -> float:
    began = time.monotonic()
    answer_after(seconds)(getattr(RequestFactory(), method)("/"))
    return time.monotonic() - began


@pytest.fixture(autouse=True)
def _step(settings: Any) -> None:
    settings.ANSWER_STEP = STEP


@pytest.mark.parametrize(("seconds", "steps"), [(0.001, 1), (0.03, 1), (0.07, 2)])
def test_less_work_takes_as_long_as_more(seconds: float, steps: int) -> None:
    assert measure(seconds) >= STEP * steps


def test_a_page_that_is_only_looked_at_does_not_wait() -> None:
    assert min(measure(0.001, "get") for _ in range(3)) < STEP


def test_without_a_step_nothing_waits(settings: Any) -> None:
    settings.ANSWER_STEP = 0.0
    assert min(measure(0.001) for _ in range(3)) < STEP
