"""What the handlers of one server share: its settings and its database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import HttpMethod, Request

from domain.database import Database
from domain.settings import Settings

LOOKING = (HttpMethod.GET, HttpMethod.HEAD)
"""How something is looked at: supervisors and link checkers often want no body with the answer."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The server as its handlers see it, from start-up to shutdown."""

    settings: Settings
    database: Database


def serving(request: Request[Any, Any, Any]) -> Serving:
    """The server that answers this request."""
    shared: Serving = request.app.state.serving
    return shared
