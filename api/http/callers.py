"""Whoever sent a request and waits for its answer, or no longer does."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from litestar.types import Receive

from graph.reads import ReadRefused

# Most answers are there sooner, and then nobody had to look whether the caller is.
_GRACE_S = 0.05


class Callers:
    """All who wait at one server.

    One timer looks after them: to begin and stop one for each took up to a twentieth of the time of a short request.
    """

    def __init__(self) -> None:
        self._waiting: dict[Caller, float] = {}  # since when; the oldest comes first
        self._looking = False

    def come(self, caller: Caller) -> None:
        """Look after a caller from now on."""
        loop = asyncio.get_running_loop()
        self._waiting[caller] = loop.time()
        if not self._looking:
            self._look_later(loop)

    def go(self, caller: Caller) -> None:
        """Look after a caller no longer."""
        self._waiting.pop(caller, None)

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = True
        loop.call_later(_GRACE_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have those who have waited for a while listened to."""
        late = loop.time() - _GRACE_S
        for caller in [caller for caller, since in self._waiting.items() if since <= late]:
            del self._waiting[caller]
            caller.listen()
        self._looking = False
        if self._waiting:
            self._look_later(loop)


class Caller:
    """Listens to one request's line, whose body has been read: a context that lasts as long as the caller waits.

    Raises:
        ReadRefused: CALLER_GONE, where the caller hung up; what was being done inside is cancelled.
    """

    def __init__(self, callers: Callers, receive: Receive) -> None:
        self._callers = callers
        self._receive = receive
        self._gone = False
        self._listening: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._callers.come(self)

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._callers.go(self)
        if self._listening is not None:
            self._listening.cancel()
        if kind is asyncio.CancelledError and self._gone and not self._task.uncancel():
            raise ReadRefused("CALLER_GONE", "Whoever asked hung up before the answer.") from None

    def listen(self) -> None:
        """Listen from now on, and cancel what is being done inside once the caller has hung up."""
        self._listening = asyncio.create_task(self._cancel_once_gone(self._task))

    async def _cancel_once_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        task.cancel()
