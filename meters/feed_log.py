"""The address of a calendar is a secret, and secrets do not rest in logs (security.md P5)."""

from typing import Any

from django.http import HttpRequest
from django_structlog import signals


def hide_feed_address(sender: object, request: HttpRequest, log_kwargs: dict[str, Any], **rest: object) -> None:
    """The log's word for a request to a calendar: its address without the secret."""
    if request.path.startswith("/calendar/") and request.path.endswith(".ics"):
        log_kwargs["request"] = f"{request.method} /calendar/***.ics"


def watch_logs() -> None:
    for signal in (
        signals.bind_extra_request_metadata,
        signals.bind_extra_request_finished_metadata,
        signals.bind_extra_request_failed_metadata,
    ):
        signal.connect(hide_feed_address, dispatch_uid="meters.feed_log")
