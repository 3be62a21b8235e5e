"""The log of the API and the command line: one event a line, as JSON for machines or in columns on a terminal.

What people ask and what they are told stays out of it: operations and their variables may name people.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

log = structlog.stdlib.get_logger("tandem")


def configure() -> None:
    """Write events to standard error from now on, at level info and above."""
    shape, logger = _columns() if sys.stderr.isatty() else _json()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up for each event: who runs a command within a program may put another in its place.
        logger_factory=lambda *_: logger(),
    )


# Neither shape writes the variables of a traceback's functions: what people asked would stand among them.
def _columns() -> tuple[list[Processor], Callable[[], Any]]:
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [renderer], lambda: structlog.PrintLogger(sys.stderr)


def _json() -> tuple[list[Processor], Callable[[], Any]]:
    renderer = structlog.processors.JSONRenderer(orjson.dumps)
    return [structlog.processors.format_exc_info, renderer], lambda: structlog.BytesLogger(sys.stderr.buffer)
