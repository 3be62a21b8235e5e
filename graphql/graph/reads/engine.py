"""The engine: an operation in, one statement out, its JSON handed on as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol

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
    execute,
    get_named_type,
    get_operation_ast,
)
from graphql.execution.values import get_variable_values
from strawberry.extensions import SchemaExtension

from graph.reads.connections import LARGEST_PAGE
from graph.reads.declare import ReadField, Subject
from graph.reads.perspective import Perspective
from graph.reads.plans import Plan, PlanCache, plan_of
from graph.reads.selections import Fields, Selector
from graph.reads.statement import Compiler
from graph.reads.values import Variables, shape


class Reader(Protocol):
    """What a request brings: its perspective, and a way to run a statement that returns one text."""

    @property
    def largest_page(self) -> int:
        """How many items one page may have for this reader."""
        ...

    def perspective(self, operation: OperationDefinitionNode, variables: Variables) -> Perspective:
        """How this reader looks at the tables in that operation."""
        ...

    async def fetch(self, sql: str, *parameters: Any) -> str:
        """Run the statement and give its one value."""
        ...


class ReadExtension(SchemaExtension):
    """Answers query operations by one statement each, so that graphql-core does not execute them.

    The context of the request has to be a `Reader`. One engine serves one schema; its plans are shared by all requests.
    """

    plans = PlanCache()

    async def on_execute(self) -> AsyncIterator[None]:  # type: ignore[override]
        """Put the answer where graphql-core's would stand."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        operation = get_operation_ast(document, context.operation_name)
        if operation is not None and operation.operation is OperationType.QUERY:
            schema: GraphQLSchema = context.schema._schema  # noqa: SLF001 - Strawberry has no public way to it
            context.result = await answer(schema, document, operation, context.variables, context.context, self.plans)
        yield


async def answer(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    inputs: dict[str, Any] | None,
    reader: Reader,
    plans: PlanCache,
) -> ExecutionResult:
    """Execute a validated query operation."""
    values = get_variable_values(schema, operation.variable_definitions or (), inputs or {})
    if isinstance(values, list):
        return ExecutionResult(data=None, errors=values)
    variables = values.coerced
    kind = schema.query_type
    assert kind is not None
    fragments = _fragments(document.definitions)
    fields = Selector(schema, fragments, variables).root_fields(kind, operation.selection_set)
    own = {key: nodes for key, nodes in fields.items() if not _is_introspection(nodes)}
    try:
        text = "{}"
        if own:
            perspective = reader.perspective(operation, variables)
            key = (_identity(document), operation.name and operation.name.value, shape(variables), perspective.key, reader.largest_page)
            whole = len(own) == len(fields)
            plan = plans.get(
                key, lambda: _compile(schema, kind, own, fragments, variables, perspective, reader, completed=not whole)
            )
            text = await reader.fetch(plan.sql, *plan.parameters(variables, perspective.parameters))
    except GraphQLError as error:
        return ExecutionResult(data=None, errors=[error])
    if len(own) == len(fields):
        return ExecutionResult(data=orjson.Fragment(text), errors=None)  # type: ignore[arg-type]
    return await _with_introspection(schema, document, operation, inputs, orjson.loads(text))


def _identity(document: DocumentNode) -> str:
    """What tells documents apart in the cache: their text, which the parser keeps."""
    assert document.loc is not None
    return document.loc.source.body


def _compile(
    schema: GraphQLSchema,
    kind: GraphQLObjectType,
    fields: Fields,
    fragments: dict[str, FragmentDefinitionNode],
    variables: Variables,
    perspective: Perspective,
    reader: Reader,
    *,
    completed: bool,
) -> Plan:
    selector = Selector(schema, fragments, variables)
    compiler = Compiler(schema, selector, perspective, reader.largest_page, completed)
    return plan_of(compiler.root(kind, fields), compiler.binds)


async def _with_introspection(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    inputs: dict[str, Any] | None,
    data: dict[str, Any],
) -> ExecutionResult:
    """Have graphql-core answer what is asked of the schema, and complete what was fetched."""
    name = operation.name.value if operation.name else None
    result = execute(schema, document, root_value=data, variable_values=inputs, operation_name=name)
    return await result if isinstance(result, Awaitable) else result


def _is_introspection(nodes: list[FieldNode]) -> bool:
    return nodes[0].name.value in {"__schema", "__type"}


def _fragments(definitions: Iterable[Any]) -> dict[str, FragmentDefinitionNode]:
    return {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}


async def read_back(
    info: GraphQLResolveInfo,
    subject_id: Any,
    perspective: Perspective,
    fetch: Callable[..., Awaitable[str]],
) -> dict[str, Any]:
    """What a mutation's answer selects of its subject, by response key; nothing of it where there is no subject."""
    kind = get_named_type(info.return_type)
    assert isinstance(kind, GraphQLObjectType)
    selector = Selector(info.schema, info.fragments, info.variable_values)
    selected = selector.fields(kind, info.field_nodes)
    fields = {key: nodes for key, nodes in selected.items() if _is_subject(kind, nodes)}
    if subject_id is None or not fields:
        return dict.fromkeys(fields)
    compiler = Compiler(info.schema, selector, perspective, LARGEST_PAGE, completed=True)
    plan = plan_of(compiler.root(kind, fields), compiler.binds)
    values = {**perspective.parameters, "subject": subject_id}
    found: dict[str, Any] = orjson.loads(await fetch(plan.sql, *plan.parameters(selector.variables, values)))
    return found


def _is_subject(kind: GraphQLObjectType, nodes: list[FieldNode]) -> bool:
    definition = kind.fields.get(nodes[0].name.value)
    field = definition.extensions.get("strawberry-definition") if definition else None
    return isinstance(field, ReadField) and isinstance(field.read, Subject)
