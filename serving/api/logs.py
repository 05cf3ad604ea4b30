"""Logs: one JSON object a line, and never anything of an article.

What Forewarn logs is text-free by its making. What libraries log may quote what they were given, so
of their records only the part that stands in their source is told.
"""

import asyncio
import json
import logging
import sys
import threading
import traceback
import warnings
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

LOGGER = "forewarn"
# Libraries whose messages are made of nothing but their own state. uvicorn.access names paths.
_TRUSTED = ("alembic", "uvicorn.error")
_WITHHELD = "message withheld: it may quote an article"

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonLines(logging.Formatter):
    """Formats a record, with what it carries in `fields`, as one line of JSON.

    Of an exception only its type and its place are told: the message may quote article text. The
    id of the request in whose course the record was made is added.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line, without its end."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        if request := request_id.get():
            line["request_id"] = request
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line |= place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=_type_name)


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
    """Send the logs of the process to standard output; for the process that serves, only.

    Warnings and exceptions that Python would print as they are become lines as well.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    warnings.showwarning = _log_warning
    sys.excepthook = lambda kind, error, trace: _log_stray("uncaught exception", error)
    threading.excepthook = lambda args: _log_stray("uncaught in a thread", args.exc_value)
    sys.unraisablehook = lambda args: _log_stray("uncaught, went on", args.exc_value)


def log_loop_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler: asyncio's own would print exceptions and arguments."""
    _log_stray("uncaught in the event loop", context.get("exception"))


def _event(record: logging.LogRecord) -> str:
    name = record.name
    if any(name == known or name.startswith(f"{known}.") for known in (LOGGER, *_TRUSTED)):
        return record.getMessage()
    # asyncio writes exceptions and arguments into its templates.
    if name == "asyncio" or not isinstance(record.msg, str):
        return _WITHHELD
    return record.msg


def _log_stray(event: str, error: BaseException | None) -> None:
    log(logging.ERROR, event, **(place_of(error) if error else {}))


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    log(logging.WARNING, "warning", category=category.__name__, place=f"{filename}:{lineno}")


def _type_name(value: object) -> str:
    """For what JSON has no form: never the value itself."""
    return type(value).__name__
