"""Asking the schema from inside Tandem: the API, the workers and the command line all come through here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from domain.access.viewers import Viewer
from domain.calendar import now as present
from domain.database import Database
from domain.outages import Outage, outage_of
from graph.answers import Answer, complete, refused
from graph.context import Context, Trail, Waiting
from graph.costs import MUTATION, Pay
from graph.documents import documents_of
from graph.reads import ReadExtension, ReadRefused
from graph.reads.cost import Cost
from graph.reads.engine import Question
from graph.sizes import require_moderate_variables
from graph.trusted import TrustedDocument, by_id


class AskingFailed(Exception):  # noqa: N818 - it says what happened
    """A question that Tandem itself asked was answered with errors: a bug, or an `outage` of the database."""

    def __init__(self, message: str, outage: Outage | None) -> None:
        super().__init__(message)
        self.outage = outage


def outage_behind(error: BaseException) -> Outage | None:
    """What an error says of the database, if it says anything, also where it was met while Tandem asked itself."""
    return error.outage if isinstance(error, AskingFailed) else outage_of(error)


async def execute(
    database: Database,
    viewer: Viewer,
    *,
    query: str | None = None,
    document_id: str | None = None,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    now: datetime | None = None,
    queries_only: bool = False,
    waiting: Waiting = nullcontext,
    pay: Pay | None = None,
    trail: Trail | None = None,
) -> Answer:
    """Answer a question, sent as text or as the id of a trusted document.

    `waiting` is a context in which somebody waits for the answer to a query, `pay` the budget of whoever asks, `trail`
    how far they wrote; see `graph.context`. With `queries_only`, a mutation is refused (MUTATION_BY_GET).
    """
    trusted = by_id().get(document_id) if document_id is not None else None
    if document_id is not None and trusted is None:
        return refused(
            "UNKNOWN_DOCUMENT", "There is no trusted document with this id: send the query's text."
        )
    text = trusted.text if trusted else query
    if not text:
        return refused("NO_QUERY", "Send a `query`, or the `documentId` of a trusted document.")
    context = Context(
        database, viewer, now or present(), trusted=trusted is not None, waiting=waiting, pay=pay, trail=trail
    )
    result = await _answer(text, variables or {}, operation_name, context, queries_only=queries_only)
    reads_go_on = database.replicas is not None and database.replicas.answer
    return complete(
        result,
        context.charge,
        operation=trusted.name if trusted else context.kind,
        refusals=context.refusals,
        reads_go_on=reads_go_on,
    )


async def _answer(
    text: str, variables: dict[str, Any], name: str | None, context: Context, *, queries_only: bool
) -> ExecutionResult:
    from graph.schema import schema  # noqa: PLC0415 - a second to build; not every command asks

    try:
        require_moderate_variables(variables)
        document = await documents_of(schema._schema).read(text, trusted=context.trusted)
        if document.tree is None:
            return ExecutionResult(None, list(document.errors))
        operation = document.operation(name)
        context.kind = operation.operation.value
        if operation.operation is OperationType.QUERY:
            question = Question(schema._schema, document.tree, operation, variables)
            return await question.answer(context, ReadExtension.caches)
        _require_mutation(operation, queries_only=queries_only)
        await context.afford(_cost_of(operation, document.tree))
        done = await schema.execute(text, variables, context, operation_name=name)
        return ExecutionResult(done.data, done.errors)
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer, and the log what it was
        return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])


def _require_mutation(operation: OperationDefinitionNode, *, queries_only: bool) -> None:
    if operation.operation is OperationType.SUBSCRIPTION:
        raise ReadRefused("NO_SUBSCRIPTIONS", "Send a query or a mutation: there are no subscriptions here.")
    if queries_only:
        raise ReadRefused("MUTATION_BY_GET", "A GET only reads: send this mutation by POST.")


def _cost_of(operation: OperationDefinitionNode, tree: DocumentNode) -> Cost:
    """What carrying a mutation out costs at most, besides what each of its fields answers."""
    fragments = {d.name.value: d for d in tree.definitions if isinstance(d, FragmentDefinitionNode)}
    names = list(_root_fields(operation.selection_set, fragments))
    return Cost(MUTATION * len(names), tuple((name, MUTATION) for name in names))


def _root_fields(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node.alias.value if node.alias else node.name.value
        elif isinstance(node, FragmentSpreadNode):
            yield from _root_fields(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, fragments)


async def ask(
    database: Database,
    viewer: Viewer,
    document: TrustedDocument,
    variables: dict[str, Any] | None = None,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """The data that a trusted document gives this viewer.

    Raises:
        AskingFailed: the answer has errors.
    """
    answer = await execute(database, viewer, document_id=document.id, variables=variables, now=now)
    body = orjson.loads(answer.body)
    if body.get("errors"):
        raise AskingFailed(f"{document.name}: {body['errors'][0]['message']}", answer.outage)
    data: dict[str, Any] = body["data"]
    return data
