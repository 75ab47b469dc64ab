"""The log: one JSON object a line on stderr, and never anything of what was sent."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

NAME = "ilk.service"
_OURS = "told"


class AsJson(logging.Formatter):
    """Formats a record as one line of JSON; of an exception only where it happened, since messages may quote values."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        told |= getattr(record, _OURS, {})
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["where"] = where(record.exc_info[1])
        return to_json(told).decode()


def where(error: BaseException | None) -> list[str]:
    """File, line and function of each frame, innermost last, without any value."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def open_journal(*, quiet: bool = False) -> None:
    """Send our log and the server's to stderr; when quiet, only what went wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(AsJson())
    for name in (NAME, "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.WARNING if quiet or name == "uvicorn" else logging.INFO)


def note(event: str, level: int = logging.INFO, *, error: BaseException | None = None, **told: Any) -> None:
    """Write one line."""
    logger = logging.getLogger(NAME)
    if not logger.isEnabledFor(level):
        return
    cause = (type(error), error, error.__traceback__) if error is not None else None
    # A record made by hand: finding out who calls would take longer than many a request.
    record = logging.LogRecord(NAME, level, "", 0, event, (), cause)
    setattr(record, _OURS, told)
    logger.handle(record)
