"""Where the queue is, for whoever only looks at it."""

from __future__ import annotations

import os

from domain.embedded.valkey import Store
from domain.settings import Settings


def running_queue(settings: Settings) -> str | None:
    """The URL of the queue of those settings; None if it is an embedded one that does not run."""
    if settings.redis_url is not None:
        return settings.redis_url
    store = Store(settings.data_dir.resolve() / "valkey")
    # Of what lies in a directory that is closed to us, nothing can be said.
    return store.url if os.access(settings.data_dir, os.X_OK) and store.runs() else None
