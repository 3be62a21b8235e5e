"""The engine: an operation in, one statement out, its JSON handed on as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, cast

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    get_operation_ast,
)
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.extensions import SchemaExtension

from graph.reads.connections import LARGEST_PAGE
from graph.reads.cost import Cost
from graph.reads.declare import ReadField
from graph.reads.errors import ReadRefused
from graph.reads.introspection import Described, describe
from graph.reads.nulls import is_broken, put_right
from graph.reads.offloading import Cache, offload
from graph.reads.perspective import Perspective
from graph.reads.pieces import Row
from graph.reads.plans import Plan, PlanCache, plan_of
from graph.reads.selections import Selector
from graph.reads.sources import Subject
from graph.reads.statement import Compiler
from graph.reads.values import Variables, levels, shape

MOST_ERRORS = 20
"""What an answer says of mistakes in variables: who made more has the first to begin with."""

_FEW = 100  # values, whose types are looked at in less time than it takes to have a thread do it


class Reader(Protocol):
    """What a request brings: its perspective, and a way to run a statement that returns one text."""

    @property
    def largest_page(self) -> int:
        """How many items one page may have for this reader."""
        ...

    def perspective(self, operation: OperationDefinitionNode, variables: Variables) -> Perspective:
        """How this reader looks at the tables in that operation."""
        ...

    async def afford(self, cost: Cost) -> None:
        """Take note of what a statement costs before it runs; refuse it where that is too much."""
        ...

    async def fetch(self, sql: str, *parameters: Any) -> Row:
        """Run the statement and give its one row."""
        ...


class Caches:
    """What was worked out for questions and may be asked for again: their plans, and what the schema says to them."""

    def __init__(self) -> None:
        self.plans = PlanCache()
        self.descriptions = Cache[tuple[str, str | None, bytes], Described](32_000_000, _bytes)


def _bytes(key: tuple[str, str | None, bytes], described: Described) -> int:
    return described.bytes + 8 * len(key[0]) + len(key[2])


class ReadExtension(SchemaExtension):
    """Answers query operations by one statement each, so that graphql-core does not execute them.

    The context of the request has to be a `Reader`. The caches are shared by all requests: one schema in one process.
    """

    caches = Caches()

    async def on_execute(self) -> AsyncIterator[None]:
        """Put the answer where graphql-core's would stand."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        # The name as it was sent: Strawberry's own would be that of the first operation, where none was sent.
        operation = get_operation_ast(document, context._provided_operation_name)
        if operation is None:
            unnamed = ReadRefused("OPERATION_NAME_NEEDED", "Say by `operationName` which operation you mean.")
            context.result = ExecutionResult(data=None, errors=[unnamed])
        elif operation.operation is OperationType.QUERY:
            # Strawberry has no public way to the schema that graphql-core knows.
            question = Question(context.schema._schema, document, operation, context.variables or {})
            context.result = await question.answer(context.context, self.caches)
        yield


@dataclass(frozen=True, slots=True)
class Question:
    """A validated query operation with the variables as they came."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    inputs: dict[str, Any]

    async def answer(self, reader: Reader, caches: Caches) -> ExecutionResult:
        """What one statement answers; errors where the request cannot be understood."""
        values, form = await self._understood()
        if isinstance(values, list):
            return ExecutionResult(data=None, errors=values)
        variables = values.coerced
        try:
            perspective = reader.perspective(self.operation, variables)
            plan = await self._plan(form, variables, perspective, reader.largest_page, caches.plans)
            parameters = plan.parameters(variables, perspective.parameters)
            await reader.afford(plan.cost(variables))
            described = await self._described(plan, values, reader, caches) if plan.described else ()
            found = await reader.fetch(plan.sql, *parameters) if plan.sql else ()
            data = plan.template.filled(found, described)
        except GraphQLError as error:
            return ExecutionResult(data=None, errors=[error])
        return _put_right(plan, data) if is_broken(data) else _as_it_is(data)

    async def _understood(self) -> tuple[VariableValues | list[GraphQLError], Hashable]:
        """The variables with their types, or what is wrong with them; and what of them decides the statement."""

        def understand() -> tuple[VariableValues | list[GraphQLError], Hashable]:
            definitions = self.operation.variable_definitions or ()
            values = get_variable_values(self.schema, definitions, self.inputs, MOST_ERRORS)
            if isinstance(values, list):
                return values, None
            return values, shape(dict(values.coerced), self.schema.type_map)

        many = sum(map(len, levels(self.inputs))) > _FEW
        return await offload(understand) if many else understand()

    async def _plan(
        self,
        form: Hashable,
        variables: Variables,
        perspective: Perspective,
        largest_page: int,
        plans: PlanCache,
    ) -> Plan:
        def make() -> Plan:
            selector = self._selector(variables)
            fields = selector.root_fields(self._root(), self.operation.selection_set)
            return plan_of(Compiler(self.schema, selector, perspective, largest_page), self._root(), fields)

        return await plans.get((*self._identity(), form, perspective.key, largest_page), make)

    async def _described(
        self, plan: Plan, values: VariableValues, reader: Reader, caches: Caches
    ) -> tuple[bytes, ...]:
        """What is asked of the schema itself, in the order of the plan's places for it."""
        variables = values.coerced

        def make() -> Described:
            return describe(self._selector(variables), values, plan.described)

        key = (*self._identity(), orjson.dumps(variables, default=str))
        described = await caches.descriptions.get(key, make)
        described.require_moderate()
        await reader.afford(described.cost)
        return described.values

    def _selector(self, variables: Variables) -> Selector:
        return Selector(self.schema, _fragments(self.document), variables)

    def _root(self) -> GraphQLObjectType:
        assert self.schema.query_type is not None
        return self.schema.query_type

    def _identity(self) -> tuple[str, str | None]:
        """What tells operations apart: the text of the document, which the parser keeps, and the name."""
        assert self.document.loc is not None
        return self.document.loc.source.body, self.operation.name.value if self.operation.name else None


async def read_back(
    info: GraphQLResolveInfo[Any],
    subject_id: Any,
    perspective: Perspective,
    fetch: Callable[..., Awaitable[Row]],
    afford: Callable[[Cost], Awaitable[None]],
) -> dict[str, Any]:
    """What a mutation's answer selects of its subject, by response key; nothing of it where there is no subject."""
    kind = get_named_type(info.return_type)
    assert isinstance(kind, GraphQLObjectType)
    selector = Selector(info.schema, info.fragments, cast("Variables", info.variable_values))
    selected = selector.fields(kind, info.field_nodes)
    fields = {key: nodes for key, nodes in selected.items() if _is_subject(kind, nodes)}
    if subject_id is None or not fields:
        return dict.fromkeys(fields)
    compiler = Compiler(info.schema, selector, perspective, LARGEST_PAGE, completed=True)
    plan = await offload(partial(plan_of, compiler, kind, fields))
    values = {**perspective.parameters, "subject": subject_id}
    parameters = plan.parameters(selector.variables, values)
    await afford(plan.cost(selector.variables))
    found: dict[str, Any] = orjson.loads(plan.template.filled(await fetch(plan.sql, *parameters)))
    return found


def _as_it_is(answer: bytes) -> ExecutionResult:
    return ExecutionResult(data=cast("dict[str, Any]", orjson.Fragment(answer)), errors=None)


def _put_right(plan: Plan, answer: bytes) -> ExecutionResult:
    data, errors = put_right(answer, plan.promises)
    return ExecutionResult(data=data, errors=errors)


def _is_subject(kind: GraphQLObjectType, nodes: list[FieldNode]) -> bool:
    definition = kind.fields.get(nodes[0].name.value)
    field = definition.extensions.get("strawberry-definition") if definition else None
    return isinstance(field, ReadField) and isinstance(field.read, Subject)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
