"""A plan is the statement for all requests of one shape, and a bounded cache keeps the plans in use."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLObjectType
from sqlalchemy.dialects.postgresql import asyncpg

from graph.reads.cost import Cost, Touch, cost_of
from graph.reads.errors import ReadRefused
from graph.reads.nulls import Promise
from graph.reads.offloading import Cache
from graph.reads.pieces import Template
from graph.reads.selections import Fields
from graph.reads.statement import Bind, Compiler
from graph.reads.values import Variables

MOST_PARAMETERS = 32_767  # of a statement in Postgres

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_Value = Callable[[Variables, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as text and, for each of its parameters in their order, how to find its value.

    `template` is what its row is put into, `promises` are the fields that must not be null, in the order of their marks
    (see `graph.reads.nulls`), `touches` what it can touch. Without a text there is nothing to fetch. What is
    `described` is asked of the schema itself and has its places in the template.
    """

    sql: str
    template: Template
    promises: tuple[Promise, ...]
    touches: tuple[Touch, ...]
    described: tuple[list[FieldNode], ...]
    _values: tuple[_Value, ...]
    _checks: tuple[_Value, ...]

    def parameters(self, variables: Variables, perspective: Mapping[str, Any]) -> list[Any]:
        """The values for one request.

        Raises:
            ReadRefused: a value is out of its bounds, for example a page that is too large or a broken cursor.
        """
        for check in self._checks:
            check(variables, perspective)
        return [_sendable(value(variables, perspective)) for value in self._values]

    def cost(self, variables: Variables) -> Cost:
        """What the statement costs at most; the page sizes in the variables have been checked by `parameters`."""
        return cost_of(self.touches, variables)

    @property
    def bytes(self) -> int:
        """About how much memory the plan takes."""
        return 2 * len(self.sql) + 500 * (len(self._values) + len(self.promises) + len(self.touches) + 1)


def plan_of(compiler: Compiler, kind: GraphQLObjectType, fields: Fields) -> Plan:
    """The plan for what is selected of a root.

    Raises:
        ReadRefused: TOO_LARGE, where Postgres could not take it.
    """
    statement, template = compiler.root(kind, fields)
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    names = compiled.positiontup or []
    if len(names) > MOST_PARAMETERS:
        raise ReadRefused("TOO_LARGE", "This question has too many values in it: ask it in parts.")
    own = {bind.name: bind for bind in compiler.binds}
    values = [
        _value(name, own.get(name), compiled.params.get(name), compiled.binds.get(name)) for name in names
    ]
    unused = [_own_value(bind) for name, bind in own.items() if name not in compiled.binds]
    return Plan(
        str(compiled) if template.found else "",
        template,
        tuple(compiler.promises),
        tuple(compiler.meter.touches),
        tuple(compiler.described),
        tuple(values),
        tuple(unused),
    )


def _value(name: str, bind: Bind | None, known: Any, parameter: Any) -> _Value:
    if bind is not None:
        return _own_value(bind)
    if parameter is not None and known is not None:
        process = parameter.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
        known = process(known) if process else known
    return lambda _variables, perspective: perspective.get(name, known)


def _own_value(bind: Bind) -> _Value:
    find, convert = bind.find, bind.convert
    return lambda variables, _perspective: convert(find(variables))


def _sendable(value: Any) -> Any:
    """The value, unless it has a text in it that Postgres cannot hold."""
    if isinstance(value, str):
        _require_text(value)
    elif isinstance(value, list):
        for item in value:
            _sendable(item)
    return value


def _require_text(text: str) -> None:
    try:
        if "\0" not in text and (text.isascii() or text.encode()):
            return
    except UnicodeEncodeError:
        pass
    raise ReadRefused("BAD_CHARACTERS", "A text has U+0000 or half a character in it: leave that out.")


class PlanCache:
    """The plans in use, within bounds: plans for questions that were asked once do not displace them."""

    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self._plans = Cache[Hashable, Plan](most_bytes, lambda _key, plan: plan.bytes)

    async def get(self, key: Hashable, make: Callable[[], Plan]) -> Plan:
        """The plan for that key, made now if it is not there."""
        return await self._plans.get(key, make)
