"""The schema: the slices joined."""

from __future__ import annotations

import strawberry
from strawberry.extensions import ParserCache, ValidationCache

from graph.looking import as_of
from graph.query import Query
from graph.reads import ReadExtension
from graph.scalars import CONFIG

schema = strawberry.Schema(
    query=Query,
    directives=[as_of],
    config=CONFIG,
    extensions=[ParserCache, ValidationCache, ReadExtension],
)
