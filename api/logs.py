"""The log of the API and the command line: one event a line, as JSON for machines or in columns on a terminal.

What people ask and what they are told stays out of it: operations and their variables may name people.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

log = structlog.stdlib.get_logger("tandem")


def configure() -> None:
    """Write events to standard error from now on, at level info and above."""
    processors, logger = _columns() if sys.stderr.isatty() else _json()
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up for each event: who runs a command within a program may put another in its place.
        logger_factory=lambda *_: logger(),
    )


# Neither shape writes the variables of a traceback's functions: what people asked would stand among them.
def _columns() -> tuple[list[Processor], Callable[[], Any]]:
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
    return processors, lambda: structlog.PrintLogger(sys.stderr)


def _json() -> tuple[list[Processor], Callable[[], Any]]:
    return [_in_one_step], lambda: structlog.BytesLogger(sys.stderr.buffer)


def _in_one_step(logger: Any, level: str, event: EventDict) -> bytes:
    """An event as JSON, in one step where structlog has four: every request waits for it."""
    event["level"], event["timestamp"] = level, datetime.now(UTC)
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, level, event)
    return orjson.dumps(event, default=repr, option=orjson.OPT_UTC_Z)
