"""What a worker says while it works: one JSON object a line on standard error, ids and kinds, no content."""

from __future__ import annotations

import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer


def configure(*, quiet: bool = False) -> None:
    """Set up the logs of this process; quiet says only what went wrong."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("error" if quiet else "info"),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # Where it happened, without the values that were there: they may be anybody's.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        # Found anew each time: a command's standard output is for its answer, whatever was set up before.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
