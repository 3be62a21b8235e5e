"""uvicorn as it serves Tandem: with bounds on what anybody can have it read before a handler looks at it."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

LARGEST_HEAD = 64 * 1024
"""Bytes that a request may have besides its body: its line, its headers and trailers, the sizes of pieces."""

_PATIENCE_S = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol by `httptools`, which by itself takes heads of any size and waits for them for any time."""

    _head = 0
    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Whoever connects has to say something."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._met()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as it is not too much; answered by 400, and cut off, where it is."""
        self._head += len(data)
        super().data_received(data)
        if self._head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """A request begins: its head has to follow."""
        super().on_message_begin()
        self._head = 0
        if self._overdue is None:
            self._expect()

    def on_headers_complete(self) -> None:
        """The head is there; how long the body takes is its handler's to say."""
        self._met()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body, which is bounded by its handler."""
        self._head -= len(body)
        super().on_body(body)

    def _expect(self) -> None:
        self._overdue = self.loop.call_later(_PATIENCE_S, self.transport.close)

    def _met(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


SERVED: dict[str, Any] = {
    "http": BoundedProtocol,
    "ws": "none",
    "access_log": False,
    "log_level": "warning",
    "server_header": False,
    "timeout_graceful_shutdown": 20,
}
"""How uvicorn is begun, whatever it serves and wherever."""


class Processes(Multiprocess):
    """Several processes that serve; one that fails is replaced."""

    _code = 1

    def exit_code(self) -> int:
        """Serve until told to stop; 1 where they could not begin."""
        self.run()
        return self._code

    def handle_int(self) -> None:
        """Ctrl-C."""
        self._code = 128 + signal.SIGINT
        super().handle_int()

    def handle_term(self) -> None:
        """Told to stop."""
        self._code = 128 + signal.SIGTERM
        super().handle_term()
