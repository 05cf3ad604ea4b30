"""Logs: one JSON object a line, and never anything of an article."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOGGER = "forewarn"


class JsonLines(logging.Formatter):
    """Formats a record, with what it carries in `fields`, as one line of JSON.

    Of an exception only its type and its place are told: the message may quote article text.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line, without its end."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line |= place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def log(level: int, event: str, **fields: Any) -> None:
    """Log one event of ours with its fields."""
    logging.getLogger(LOGGER).log(level, event, extra={"fields": fields})


def place_of(error: BaseException) -> dict[str, Any]:
    """The type of an exception and the lines it came through, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "exception": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def write_logs() -> None:
    """Send the logs of the process to standard output; for the process that serves, only."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
