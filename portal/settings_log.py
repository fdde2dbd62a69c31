"""How lines of the log are written: one line of JSON an event, with the id of its request, in the workers too.

No personal data stands in them.
"""

from typing import Any

import structlog


def describe_logging(*, level: str, is_plain: bool) -> dict[str, Any]:
    """`LOGGING` of the settings; plain lines are for a developer's machine."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": "portal.log_lines.JsonLine"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain" if is_plain else "json"}},
        "root": {"handlers": ["console"], "level": level},
    }


def write_json_lines() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
