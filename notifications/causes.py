"""Which request caused the work at hand: its id goes from the web into the rows, the hints and the workers' log lines.

A hint carries it in the headers of the task (django-structlog). A row keeps it for the day its hint is lost.
"""

from contextlib import AbstractContextManager, nullcontext

import structlog


def get_request_id() -> str:
    """Empty when no request caused this."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:36]


def caused_by(request_id: str) -> AbstractContextManager[None]:
    """Within this block every line names the request that a row remembers."""
    return structlog.contextvars.bound_contextvars(request_id=request_id) if request_id else nullcontext()
