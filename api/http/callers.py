"""Whoever sent a request and waits for its answer, or no longer does."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.types import Receive

from graph.reads import ReadRefused

# Most answers are there sooner, and then nobody had to look whether the caller is.
_GRACE_S = 0.05


class Caller:
    """Listens to one request's line, whose body has been read: a context that lasts as long as the caller waits.

    Raises:
        ReadRefused: CALLER_GONE, where the caller hung up; what was being done inside is cancelled.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._listening: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._begin = asyncio.get_running_loop().call_later(_GRACE_S, self._listen, task)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._begin.cancel()
        if self._listening is not None:
            self._listening.cancel()
        if kind is asyncio.CancelledError and self._gone and not self._task.uncancel():
            raise ReadRefused("CALLER_GONE", "Whoever asked hung up before the answer.") from None

    def _listen(self, task: asyncio.Task[Any]) -> None:
        self._listening = asyncio.create_task(self._cancel_once_gone(task))

    async def _cancel_once_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        task.cancel()
