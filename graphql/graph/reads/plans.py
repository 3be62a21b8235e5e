"""A plan is the statement for all requests of one shape, and a bounded cache keeps the plans in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg

from graph.reads.statement import Bind
from graph.reads.values import Variables

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as text and, for each of its parameters in their order, how to find its value."""

    sql: str
    _values: tuple[Callable[[Variables, Mapping[str, Any]], Any], ...]

    def parameters(self, variables: Variables, perspective: Mapping[str, Any]) -> list[Any]:
        """The values for one request.

        Raises:
            ReadRefused: a value is out of its bounds, for example a page that is too large or a broken cursor.
        """
        return [value(variables, perspective) for value in self._values]


def plan_of(statement: Select[Any], binds: list[Bind]) -> Plan:
    """The plan that runs a statement."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    own = {bind.name: bind for bind in binds}
    static = compiled.params
    values = [
        _value(name, own.get(name), static, compiled.binds.get(name)) for name in compiled.positiontup or []
    ]
    return Plan(str(compiled), tuple(values))


def _value(
    name: str, bind: Bind | None, static: Mapping[str, Any], parameter: Any
) -> Callable[[Variables, Mapping[str, Any]], Any]:
    if bind is not None:
        find, convert = bind.find, bind.convert
        return lambda variables, _perspective: convert(find(variables))
    known = static.get(name)
    if parameter is not None and known is not None:
        process = parameter.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
        known = process(known) if process else known
    return lambda _variables, perspective: perspective.get(name, known)


class PlanCache:
    """The plans used most recently; the least recently used one goes when it is full."""

    def __init__(self, size: int = 500) -> None:
        self._size = size
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Plan]) -> Plan:
        """The plan for that key, made now if it is not there."""
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = make()
            if len(self._plans) > self._size:
                self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(key)
        return plan
