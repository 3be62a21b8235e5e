"""One statement for a question, whatever its depth; nothing of the question in its text; no product of tables."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import assume, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.compiler import FROM_LINTING

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.calendar import today
from domain.database import Database
from graph.asking import execute
from graph.looking import Look
from graph.reads import ReadRefused
from graph.reads.plans import plan_of
from graph.reads.selections import Selector
from graph.reads.statement import Compiler
from graph.reads.values import shape
from graph.schema import schema
from graph.trusted import documents
from tests.factories import NOW
from tests.generated import EVERY_CHECK
from tests.graph.reads.answers import answer_of
from tests.graph.reads.conftest import Ask
from tests.graph.reads.questions import Question
from tests.graph.reads.story import Story
from tests.graph.reads.test_equal import PHASES

SPONSOR = Viewer(Role.SPONSOR, uuid.UUID(int=7))
VALUES = {
    "on": "2024-06-30", "since": "2024-01-01", "date": "2024-06-30", "from": "2024-01-01", "to": "2024-06-30",
    "until": "2024-06-30",    "first": 5, "id": "Programme:0198c2f0-0000-7000-8000-000000000000", "ids": [], "ref": "p1", "code": "O00",
}  # fmt: skip


@pytest.fixture
async def watched(story: Story) -> AsyncIterator[tuple[Database, list[str]]]:
    """A database of the story with one connection for reads, and every statement that goes over it."""
    database = Database(story.database.url)
    seen: list[str] = []
    async with database.readers.acquire() as connection:
        connection.add_query_logger(lambda record: seen.append(record.query))
    yield database, seen
    await database.close()


async def _told() -> None:
    """The driver tells of a statement a moment after it gave the answer."""
    await asyncio.sleep(0)


async def _prepared(database: Database) -> list[str]:
    """The statements that Postgres has ready on the connection that was used last."""
    async with database.readers.acquire() as connection:
        rows = await connection.fetch("SELECT statement FROM pg_prepared_statements")
    return [row["statement"].decode() for row in rows]


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    operation = get_operation_ast(document)
    assert operation is not None
    return operation


def _variables(text: str) -> dict[str, Any]:
    operation = _operation(parse(text))
    names = [definition.variable.name.value for definition in operation.variable_definitions or ()]
    return {name: VALUES[name] for name in names if name in VALUES}


@pytest.mark.parametrize("name", sorted(documents()))
@pytest.mark.parametrize("viewer", [ADMINISTRATOR, SPONSOR], ids=["administrator", "sponsor"])
async def test_a_trusted_document_is_one_statement(
    watched: tuple[Database, list[str]], name: str, viewer: Viewer
) -> None:
    database, seen = watched
    document = documents()[name]
    if _operation(parse(document.text)).operation.value != "query":
        return
    answer = await execute(
        database, viewer, document_id=document.id, variables=_variables(document.text), now=NOW
    )
    assert b'"errors"' not in answer.body, answer.body
    await _told()
    assert len(seen) == 1
    assert seen[0] in await _prepared(database), "Postgres would plan it anew for each question"


async def test_depth_makes_no_difference(watched: tuple[Database, list[str]]) -> None:
    database, seen = watched
    text = "id"
    for _ in range(4):
        text = (
            f"id programme {{ id milestones(first: 2) {{ nodes {{ {text} }} totalCount }} lead {{ name }} }}"
        )
    await answer_of(
        database,
        ADMINISTRATOR,
        f"{{ milestones(first: 2) {{ nodes {{ {text} }} }} portfolio {{ programmes }} }}",
    )
    await _told()
    assert len(seen) == 1


async def test_introspection_is_no_statement(watched: tuple[Database, list[str]]) -> None:
    database, seen = watched
    await execute(database, ADMINISTRATOR, query="{ __schema { queryType { name } } }", now=NOW)
    await execute(database, ADMINISTRATOR, query="{ viewer @skip(if: true) { role } }", now=NOW)
    await _told()
    assert seen == []


def compiled(question: Question) -> tuple[str, Any]:
    """The text of a question's statement, and the statement itself."""
    document, core = parse(question.text), schema._schema
    operation = _operation(document)
    values = get_variable_values(core, operation.variable_definitions or (), question.variables)
    assert isinstance(values, VariableValues)
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    selector = Selector(core, fragments, values.coerced)
    look = Look.of(question.viewer, operation, values.coerced, today(NOW))
    query = core.query_type
    assert query is not None
    fields = selector.root_fields(query, operation.selection_set)
    statement, _ = Compiler(core, selector, look, 100).root(query, fields)
    return plan_of(Compiler(core, selector, look, 100), query, fields).sql, statement


def assert_no_product(statement: Any) -> None:
    """SQLAlchemy's own linter finds no two tables without a condition between them: it would warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        statement.compile(dialect=asyncpg.dialect(), linting=FROM_LINTING)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("name", sorted(documents()))
@pytest.mark.parametrize("viewer", [ADMINISTRATOR, SPONSOR], ids=["administrator", "sponsor"])
def test_a_trusted_document_multiplies_no_tables(name: str, viewer: Viewer) -> None:
    text = documents()[name].text
    if _operation(parse(text)).operation.value == "query":
        _, statement = compiled(Question(text.replace("1000", "100"), _variables(text), viewer, frozenset()))
        assert_no_product(statement)


HOSTILE = ["'; DROP TABLE programmes; --", "$1", "%s", "%(leaf_0)s", ":on", "'", '"', "\\", "\\'", "{}", "🚂", "é" * 9,
           "/* */", "-- ", "x'||pg_sleep(9)||'", "\u2028", "NULL", "q7" * 50_000]  # fmt: skip

EVERYWHERE = """query ($s: String, $i: ID!, $l: [String!], $k: [ID!]) {{
  node(id: {i}) {{ id }}
  programme(ref: {s}) {{ id }}
  person(email: {s}) {{ id }}
  other: programme(id: {i}) {{ id }}
  programmes(filter: {{ref: {{eq: {s}}}, title: {{ne: {s}}}, category: {{in: {l}, notIn: {l}}}, id: {{in: {k}}},
    or: [{{title: {{contains: {s}}}}}, {{title: {{startsWith: {s}}}}}], lead: {{name: {{eq: {s}}}}},
    milestones: {{none: {{title: {{eq: {s}}}, id: {{eq: {i}}}}}}}}}) {{ totalCount nodes {{ id }} }}
}}"""


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_reaches_the_statement(story: Story, hostile: str) -> None:
    inline = {
        "s": _quoted(hostile),
        "i": _quoted(hostile),
        "l": f"[{_quoted(hostile)}]",
        "k": f"[{_quoted(hostile)}]",
    }
    variables = {"s": hostile, "i": hostile, "l": [hostile], "k": [hostile]}
    by_variable = EVERYWHERE.format(s="$s", i="$i", l="$l", k="$k")
    literal = re.sub(r"query \([^)]*\)", "query", EVERYWHERE.format(**inline))
    texts = set()
    for question in (
        Question(by_variable, variables, ADMINISTRATOR, frozenset()),
        Question(literal, {}, SPONSOR, frozenset()),
    ):
        sql, _ = compiled(question)
        assert hostile not in re.sub(r"\$\d+", "", sql) or len(hostile) < 3 or hostile == "NULL"
        other = Question(question.text.replace(_quoted(hostile), _quoted("harmless")),
                         {k: ["harmless"] if isinstance(v, list) else "harmless" for k, v in question.variables.items()},
                         question.viewer, frozenset())  # fmt: skip
        assert compiled(other)[0] == sql
        answer = await answer_of(story.database, question.viewer, question.text, question.variables)
        assert "errors" not in answer
        texts.add(str(answer["data"]["programme"]))
    assert texts == {"None"}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@pytest.mark.parametrize("text", ["\0", "a\0b"])
async def test_a_character_that_no_text_has(ask: Ask, text: str) -> None:
    for asked in ("query ($s: String) { organisation(code: $s) { id } }",
                  "query ($s: String) { programmes(filter: {title: {contains: $s}}) { totalCount } }",
                  "query ($s: String!) { programmes(filter: {title: {in: [$s]}}) { totalCount } }"):  # fmt: skip
        answer = await ask(asked, {"s": text})
        assert answer["errors"][0]["extensions"]["code"] == "BAD_CHARACTERS"
        assert "data" not in answer


def test_questions_with_more_values_than_a_statement_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.reads.plans.MOST_PARAMETERS", 9)
    some = [f'a{n}: programmes(filter: {{ref: {{eq: "x"}}}}) {{ totalCount }}' for n in range(10)]
    with pytest.raises(ReadRefused, match="too many values"):
        compiled(Question(f"{{ {' '.join(some)} }}", {}, ADMINISTRATOR, frozenset()))


def test_pages_of_about_one_size_share_a_statement() -> None:
    asked = "query ($first: Int!) { programmes(first: $first) { nodes { id } pageInfo { hasNextPage } } }"

    def statement(first: int) -> str:
        return compiled(Question(asked, {"first": first}, ADMINISTRATOR, frozenset()))[0]

    assert statement(33) == statement(63) != statement(64)
    assert [shape(first, ()) for first in (33, 63, 64)] == [6, 6, 7]
    # Room for the one more that says whether there is a next page.
    assert "LIMIT 64" in statement(63)


async def test_postgres_keeps_one_plan_for_a_page(database: Database) -> None:
    question = Question("{ programmes(first: 20) { nodes { id } } }", {}, ADMINISTRATOR, frozenset())
    sql, _ = compiled(question)
    async with database.readers.acquire() as connection:
        for _ in range(8):
            await connection.fetchrow(sql, 20)
        [kept] = await connection.fetch(
            "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1", sql
        )
    assert kept["generic_plans"] == 3


def test_the_linter_would_say() -> None:
    with pytest.raises(SAWarning, match="cartesian"):
        assert_no_product(select(select(models.Person.id, models.Programme.ref).scalar_subquery()))


def test_generated_questions_multiply_no_tables(asked: st.SearchStrategy[Question]) -> None:
    @seed(99)
    @settings(max_examples=60, database=None, deadline=None, phases=PHASES, suppress_health_check=EVERY_CHECK)
    @given(asked)
    def linted(question: Question) -> None:
        assume(not question.spoiled)
        _, statement = compiled(question)
        assert_no_product(statement)

    linted()
