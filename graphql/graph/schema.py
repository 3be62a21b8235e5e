"""The schema: the slices joined."""

from __future__ import annotations

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext

from graph.documents import ReadDocuments
from graph.looking import as_of
from graph.mutations.root import Mutation
from graph.query import Query
from graph.reads import ReadExtension
from graph.scalars import CONFIG


class Schema(strawberry.Schema):
    """Strawberry's, which leaves it to `graph.asking` to log what went wrong: most errors are the caller's."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing here."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    directives=[as_of],
    config=CONFIG,
    extensions=[ReadDocuments, ReadExtension],
)
