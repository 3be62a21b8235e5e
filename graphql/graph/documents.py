"""Documents as they are read: parsed, measured and validated once, and kept for the next request.

Trusted documents are kept for good. All others share a bounded room in which one-off documents cannot displace those
that are asked again and again, so whoever sends ever new ones slows nobody else down.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from graphql.validation import validation_context
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from graph.reads import ReadRefused
from graph.reads.offloading import Cache, offload
from graph.sizes import MOST_CHARACTERS, MOST_TOKENS, require_moderate

# graphql-core gives a document up after so much work, which is of the order of 50 ms here; its own limits are 2 s.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000
validation_context.MAX_FRAGMENT_WORK = 5_000

_RULES = tuple(specified_rules)
_TOKEN = 400  # bytes of memory, tree and all


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: its tree, or what is wrong with it."""

    tree: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one where no name is given.

        Raises:
            ReadRefused: UNKNOWN_OPERATION or OPERATION_NAME_NEEDED.
        """
        assert self.tree is not None
        found = [d for d in self.tree.definitions if isinstance(d, OperationDefinitionNode)]
        if name is not None:
            found = [operation for operation in found if operation.name and operation.name.value == name]
        if not found:
            raise ReadRefused(
                "UNKNOWN_OPERATION", "The document has no such operation: check `operationName`."
            )
        if len(found) > 1:
            raise ReadRefused("OPERATION_NAME_NEEDED", "Say by `operationName` which operation you mean.")
        return found[0]


class Documents:
    """The documents of one schema that were read lately."""

    def __init__(self, schema: GraphQLSchema, most_bytes: int = 32_000_000) -> None:
        self._schema = schema
        self.kept = Cache[str, Document](most_bytes, _bytes)
        self._trusted: dict[str, Document] = {}

    async def read(self, text: str, *, trusted: bool = False) -> Document:
        """The document that a text is; a trusted one may be of any size."""
        if trusted:
            if text not in self._trusted:
                self._trusted[text] = await offload(lambda: self._validated(parse(text)))
            return self._trusted[text]
        if len(text) > MOST_CHARACTERS:
            return _too_long(f"{MOST_CHARACTERS:,} characters")
        return await self.kept.get(text, lambda: self._read(text))

    def _read(self, text: str) -> Document:
        try:
            tree = parse(text, max_lexical_tokens=MOST_TOKENS, max_comments=MOST_TOKENS)
            require_moderate(tree)
        except GraphQLError as error:
            if error.message.endswith(("tokens. Parsing aborted.", "comments. Parsing aborted.")):
                return _too_long(f"{MOST_TOKENS:,} words and signs")
            # Kept without the frames that it was raised through, and all that they hold.
            return Document(None, (error.with_traceback(None),))
        return self._validated(tree)

    def _validated(self, tree: DocumentNode) -> Document:
        errors = validate_document(self._schema, tree, _RULES)
        if errors and errors[-1].message == "Validation aborted.":
            errors = [ReadRefused("DOCUMENT_TOO_COMPLEX", _TOO_COMPLEX)]
        return Document(None if errors else tree, tuple(errors))


def _bytes(text: str, document: Document) -> int:
    """About how much memory a document takes."""
    tokens = document.tree.token_count if document.tree else 0
    return _TOKEN * (tokens + 10) + 8 * len(text)


_TOO_COMPLEX = (
    "This document repeats fields or fragments too often to be checked in a moment: say each thing once."
)


def _too_long(most: str) -> Document:
    message = f"A document has at most {most}: ask in several requests, or give values as variables."
    return Document(None, (ReadRefused("DOCUMENT_TOO_LONG", message),))


@cache
def documents_of(schema: GraphQLSchema) -> Documents:
    """Where the documents of that schema are kept."""
    return Documents(schema)


class ReadDocuments(SchemaExtension):
    """Has Strawberry take documents from here, wherever it executes one itself."""

    async def on_parse(self) -> AsyncIterator[None]:
        """Put the document where Strawberry's own parser would."""
        context = self.execution_context
        document = await documents_of(context.schema._schema).read(
            context.query or "", trusted=context.context.trusted
        )
        if document.tree is None:
            raise document.errors[0]
        context.graphql_document = document.tree
        context.pre_execution_errors = []
        yield
