"""What the handlers of one server share: its settings, its database and what may be spent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import HttpMethod, Request

from api.http.budgets import Budgets
from domain.access.viewers import Viewer
from domain.database import Database
from domain.settings import Settings
from graph.costs import ALLOWANCES, Pay

LOOKING = (HttpMethod.GET, HttpMethod.HEAD)
"""How something is looked at: supervisors and link checkers often want no body with the answer."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The server as its handlers see it, from start-up to shutdown."""

    settings: Settings
    database: Database
    budgets: Budgets

    def purse(self, viewer: Viewer, token: str) -> Pay | None:
        """What pays for the requests of a token; None where they may cost anything."""
        per_minute = self.settings.cost_per_minute
        if per_minute == 0:
            return None
        return partial(self.budgets.spend, token, per_minute=per_minute or ALLOWANCES[viewer.role].per_minute)


def serving(request: Request[Any, Any, Any]) -> Serving:
    """The server that answers this request."""
    shared: Serving = request.app.state.serving
    return shared
