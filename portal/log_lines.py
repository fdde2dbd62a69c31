"""What a line of the log looks like: one JSON object, whoever writes it (ASVS 16.2.2, 16.2.4, 16.4.1)."""

import json
import logging
from datetime import UTC, datetime

import structlog


class JsonLine(logging.Formatter):
    """Time in UTC, level, name, event, and the request it belongs to. A line break in a message stays inside it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **structlog.contextvars.get_contextvars(),
            **_read(record.getMessage()),
        }
        if record.exc_info and "exception" not in line:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _read(message: str) -> dict[str, object]:
    """What structlog wrote is an object already; a foreign line becomes one."""
    if message.startswith("{"):
        try:
            read: dict[str, object] = json.loads(message)
        except ValueError:
            return {"event": message}
        return read
    return {"event": message}
