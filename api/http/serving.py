"""What the handlers of one server share: its settings, its database and what may be spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from litestar import HttpMethod
from litestar.types import Scope

from api.http.budgets import Budgets
from api.http.callers import Callers
from api.http.identity import ANONYMOUS
from api.http.trails import Trails
from domain.access.viewers import Viewer
from domain.database import Database
from domain.settings import Settings
from domain.tracing import Tracing
from graph.context import Trail
from graph.costs import ALLOWANCES, Pay

LOOKING = (HttpMethod.GET, HttpMethod.HEAD)
"""How something is looked at: supervisors and link checkers often want no body with the answer."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The server as its handlers see it, from start-up to shutdown."""

    settings: Settings
    database: Database
    budgets: Budgets
    trails: Trails | None
    tracing: Tracing | None = None
    callers: Callers = field(default_factory=Callers)

    def purse(self, viewer: Viewer, token: str) -> Pay | None:
        """What pays for the requests of a token; None where they may cost anything.

        A server without a token of its own asks nobody for one: all who may ask it have one budget together.
        """
        per_minute = self.settings.cost_per_minute
        if per_minute == 0:
            return None
        payer = ANONYMOUS if self.settings.admin_token is None else token
        return partial(self.budgets.spend, payer, per_minute=per_minute or ALLOWANCES[viewer.role].per_minute)

    def trail(self, token: str) -> Trail | None:
        """How far the holder of a token has written; None where all is read from one database."""
        return None if self.trails is None else self.trails.of(token)


def serving(scope: Scope) -> Serving:
    """The server that answers the request of that scope."""
    shared: Serving = scope["litestar_app"].state.serving
    return shared
