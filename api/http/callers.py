"""Whoever sent a request and waits for its answer, or no longer does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar.types import Receive

from graph.reads import ReadRefused

# Most answers are there sooner, and then nobody had to look whether the caller is.
_GRACE_S = 0.05


class Caller:
    """Listens to one request's line, whose body has been read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._listening: asyncio.Task[None] | None = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Go on with what is inside for as long as the caller waits for it.

        Raises:
            ReadRefused: CALLER_GONE, where the caller hung up; what was being done is cancelled.
        """
        task = asyncio.current_task()
        assert task is not None
        begin = asyncio.get_running_loop().call_later(_GRACE_S, self._listen, task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._gone or task.uncancel():
                raise
            raise ReadRefused("CALLER_GONE", "Whoever asked hung up before the answer.") from None
        finally:
            begin.cancel()
            if self._listening is not None:
                self._listening.cancel()

    def _listen(self, task: asyncio.Task[Any]) -> None:
        self._listening = asyncio.create_task(self._cancel_once_gone(task))

    async def _cancel_once_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        task.cancel()
