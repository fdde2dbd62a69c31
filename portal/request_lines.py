"""The log's word for a request is its method and path: what stands after the question mark may be anybody's (P5)."""

from typing import Any

from django.http import HttpRequest
from django_structlog import signals


def leave_out_query(sender: object, request: HttpRequest, log_kwargs: dict[str, Any], **rest: object) -> None:
    log_kwargs["request"] = str(log_kwargs.get("request", "")).partition("?")[0]


def watch_logs() -> None:
    for signal in (
        signals.bind_extra_request_metadata,
        signals.bind_extra_request_finished_metadata,
        signals.bind_extra_request_failed_metadata,
    ):
        signal.connect(leave_out_query, dispatch_uid="portal.request_lines")
