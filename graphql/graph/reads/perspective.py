"""How whoever asks looks at the tables: the one place where a row gets into an answer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement


class Perspective(Protocol):
    """What the application says of a request: which rows there are, as of when, and which of them may be seen.

    Everything that differs from request to request is a bound parameter of the statement; what changes the statement
    itself is part of `key`.
    """

    @property
    def key(self) -> Hashable:
        """What of this perspective decides the statement."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The values of the bound parameters that `rows`, `visible` and the declared expressions use, by name."""
        ...

    def rows(self, model: type[Any]) -> Any:
        """A fresh alias of the model's rows."""
        ...

    def visible(self, model: type[Any], row: Any) -> ColumnElement[bool] | None:
        """The condition under which a row of that alias may be seen; None where all may be."""
        ...
