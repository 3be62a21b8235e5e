"""What docs/sessions.md shows can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, parse, validate

from graph.schema import schema

TEXT = (Path(__file__).parents[2] / "docs/sessions.md").read_text(encoding="utf-8")
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", TEXT, re.DOTALL)
NAMED = set(re.findall(r"`([a-z]+[A-Z]\w+)`", TEXT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.split("(")[0])
def test_each_document_is_valid(document: str) -> None:
    assert validate(schema._schema, parse(document)) == []


def test_each_mutation_that_is_named_exists() -> None:
    assert len(DOCUMENTS) == 4
    mutation, session = schema._schema.mutation_type, schema._schema.type_map["Session"]
    assert mutation is not None
    assert isinstance(session, GraphQLObjectType)
    fields = set(session.fields) | {"idempotencyKey", "dryRun", "userErrors"}
    assert {name for name in NAMED if name not in fields} <= set(mutation.fields)
