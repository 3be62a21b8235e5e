"""What the schema says of itself is what graphql-core says of it, and no question about it is laborious."""

from __future__ import annotations

import asyncio
from random import randrange
from typing import Any

import orjson
import pytest
from graphql import execute, get_introspection_query, parse

from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from graph.asking import execute as ask
from graph.reads import introspection
from graph.reads.introspection import MOST_BYTES
from graph.schema import schema
from tests.api.hostile import generated
from tests.factories import NOW

_TOOLS = {
    "graphql-core": get_introspection_query(),
    "short": get_introspection_query(descriptions=False),
    "everything": get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    ),
    # As GraphiQL and other tools ask first of all, to find out what they may ask for.
    "features": """query A { __type(name: "__Type") { name fields { name } }
        b: __type(name: "__Directive") { fields { name args { name type { name kind ofType { name } } } } } }""",
}

_ODD = {
    "a name alone": ("{ __typename }", {}),
    "a type by a variable": ("query($n: String!) { __type(name: $n) { name kind } }", {"n": "Programme"}),
    "a type by a default": ('query($n: String! = "Viewer") { __type(name: $n) { name } }', {}),
    "no such type": ('{ __type(name: "None") { name fields { name } } }', {}),
    "left out by a variable": (
        "query($a: Boolean!, $b: Boolean!) { __schema { queryType { name @skip(if: $a) kind @include(if: $b) } } }",
        {"a": True, "b": False},
    ),
    "one in, one out": (
        'query($a: Boolean!) { __schema @skip(if: $a) { queryType { name } } __type(name: "Role") @include(if: $a) { name } }',
        {"a": True},
    ),
    "deprecated by a variable": (
        'query($d: Boolean) { __type(name: "Programme") { fields(includeDeprecated: $d) { name isDeprecated } } }',
        {"d": True},
    ),
    "names of types": ("{ __schema { __typename types { __typename kind possibleTypes { __typename name } } } }", {}),
    "fragments in each other": (
        """{ __schema { ...S } a: __schema { ...S ...R } } fragment S on __Schema { queryType { ...T } }
        fragment R on __Schema { queryType { fields { name } } directives { name locations isRepeatable } }
        fragment T on __Type { name ... on __Type { kind fields { name } } ... { description } }""",
        {},
    ),
    "the same field in parts": (
        '{ a: __type(name: "Role") { name } a: __type(name: "Role") { kind enumValues { name } } }',
        {},
    ),
    "defaults": ("{ __schema { types { inputFields { name defaultValue type { ofType { name } } } } } }", {}),
}  # fmt: skip

_GENERATED = [orjson.loads(asked.body)["query"] for asked in generated(300) if "introspection" in asked.name]


@pytest.mark.parametrize(
    ("text", "variables"),
    [*((text, {}) for text in _TOOLS.values()), *_ODD.values()],
    ids=[*_TOOLS, *_ODD],
)
async def test_it_is_what_graphql_core_says(database: Database, text: str, variables: dict[str, Any]) -> None:
    for _ in range(2):  # as worked out, and as kept
        answer = await ask(database, ADMINISTRATOR, query=text, variables=variables, now=NOW)
        slow = execute(schema._schema, parse(text), variable_values=variables)
        assert not asyncio.iscoroutine(slow)
        # In the same order too, which tools show.
        assert orjson.dumps(orjson.loads(answer.body)["data"]) == orjson.dumps(slow.data)  # type: ignore[union-attr]


async def test_it_is_what_graphql_core_says_of_generated_questions(database: Database) -> None:
    answered = 0
    for text in _GENERATED:
        answer = orjson.loads((await ask(database, ADMINISTRATOR, query=text, now=NOW)).body)
        if "errors" in answer:
            refused = ("An answer about the schema", "Maximum introspection", "This document has")
            assert answer["errors"][0]["message"].startswith(refused)
        else:
            answered += 1
            slow: Any = execute(schema._schema, parse(text))
            assert answer["data"] == slow.data
    assert answered > 20


async def test_data_and_the_schema_at_once_keep_their_order(database: Database) -> None:
    text = '{ a: viewer { role } __schema { queryType { name } } b: programmes { totalCount } __type(name: "Role") { kind } }'
    answer = await ask(database, ADMINISTRATOR, query=text, now=NOW)
    assert orjson.dumps(orjson.loads(answer.body)["data"]) == orjson.dumps(
        {
            "a": {"role": "ADMINISTRATOR"},
            "__schema": {"queryType": {"name": "Query"}},
            "b": {"totalCount": 0},
            "__type": {"kind": "ENUM"},
        }
    )


async def test_each_value_of_a_variable_has_its_own_answer(database: Database) -> None:
    text = "query($n: String!) { __type(name: $n) { name } }"
    for name in ("Programme", "Viewer", "Programme"):
        answer = await ask(database, ADMINISTRATOR, query=text, variables={"n": name}, now=NOW)
        assert orjson.loads(answer.body)["data"] == {"__type": {"name": name}}


async def test_it_costs_by_its_size(database: Database) -> None:
    whole = await ask(database, ADMINISTRATOR, query=get_introspection_query(), now=NOW)
    cost = orjson.loads(whole.body)["extensions"]["cost"]["requested"]
    assert len(whole.body) // 110 < cost < len(whole.body) // 90
    assert len(whole.body) < MOST_BYTES / 2


async def test_eight_times_the_whole_schema_is_refused(database: Database) -> None:
    text = "{" + " ".join(f"a{n}: __schema {{ ...S }}" for n in range(8)) + "} "
    text += "fragment S on __Schema { types { name fields { name description args { name description type { name } } type { name } } inputFields { name description type { name kind ofType { name } } } } }"
    answer = orjson.loads((await ask(database, ADMINISTRATOR, query=text, now=NOW)).body)
    assert answer["errors"][0]["extensions"]["code"] == "INTROSPECTION_TOO_LARGE"
    assert "/graphql/schema.graphql" in answer["errors"][0]["message"]


async def test_all_who_ask_at_once_wait_for_one_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    described: list[int] = []
    real = introspection.describe

    def counting(*given: Any) -> Any:
        described.append(1)
        return real(*given)

    monkeypatch.setattr("graph.reads.engine.describe", counting)
    text = f"{{ a{randrange(10**9)}: __schema {{ types {{ name }} }} }}"
    answers = await asyncio.gather(*(ask(database, ADMINISTRATOR, query=text, now=NOW) for _ in range(5)))
    assert len(described) == 1
    assert len({answer.body for answer in answers}) == 1
