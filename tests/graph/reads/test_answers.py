"""What can be selected: aliases, fragments, directives, look-ups, introspection. Both ways have to agree on it."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from domain.access.viewers import ADMINISTRATOR
from tests.factories import TODAY
from tests.graph.reads import rows
from tests.graph.reads.answers import code
from tests.graph.reads.conftest import Ask
from tests.graph.reads.story import Story
from tests.graph.reads.world import World

PROGRAMMES = "programmes(first: 3, orderBy: [{ref: ASC}])"


@pytest.mark.parametrize(
    "text",
    [
        "{ a: programmes(first: 2) { b: nodes { c: title d: title title } } }",
        "{ programmes { n: nodes { id } m: nodes { title } e: edges { node { x: ref } } edges { cursor } } }",
        "{ programmes { nodes { id } } programmes { nodes { title lead { code } } } programmes { totalCount } }",
        "{ programmes { nodes { ...P } } } fragment P on Programme { ref lead { ...O } } "
        "fragment O on Organisation { code }",
        "{ programmes { nodes { ... { ref } ... on Programme { title } ... on Node { id } } } }",
        "{ ...Q } fragment Q on Query { viewer { role } ... on Query { __typename } }",
        "{ __typename viewer { __typename } programmes(first: 1) { __typename nodes { __typename lead { __typename } } "
        "edges { __typename node { __typename } } pageInfo { __typename } } "
        "portfolio { __typename byLead { __typename } } }",
        "{ programmes(first: 1) { t: __typename u: __typename } }",
        "{ journal(first: 40) { nodes { subject { __typename id ... on Milestone { title forecastOn } "
        "... on Programme { title } ... on Node { id } ... on Partner { organisation { name } } } } } }",
        "{ portfolio { programmes byHealth { health programmes } byLead { lead { code } programmes } "
        "byStatus { status } byCategory { category } byDeliveryConfidence { deliveryConfidence programmes } milestonesDue "
        "milestonesOverdue milestonesSlipped } "
        "none: portfolio(filter: {ref: {eq: \"\"}}) { programmes byHealth { health } } }",
        "{ milestones { nodes { ledger { nodes { from to fromOn toOn days changedAt changedBy { name } } } } } }",
        "{ programmes { nodes { wholeLifeCost startsOn heardOn purpose } } "
        "summaries { nodes { content headline compiledAt } } }",
    ],
)  # fmt: skip
async def test_selections(agreed: Ask, text: str) -> None:
    await agreed(text)


ALIASES = ("anon_1", "anon_2", "o", "items", "_items0", "_cursors", "_more", "_place", "_key0", "_found", "rows",
           "programmes_1", "select", "order", "row_number", "leaf_0", "on", "null", "X", "x" * 62)  # fmt: skip


@pytest.mark.parametrize("alias", ALIASES)
async def test_any_alias_will_do(agreed: Ask, alias: str) -> None:
    text = """{ K: programmes(first: 2, orderBy: [{ref: ASC}]) { K: nodes { K: title id } t: totalCount
        edges { K: cursor node { K: ref } } pageInfo { K: endCursor hasNextPage } } }"""
    await agreed(text.replace("K:", f"{alias}:"))
    text = "{ programmes(first: 2) { K: pageInfo { endCursor } nodes { id } K2: nodes { ref } } }"
    await agreed(text.replace("K", alias))


async def test_an_alias_that_postgres_would_cut_short(ask: Ask) -> None:
    for text in ("{ K: viewer { role } }", "{ programmes { K: nodes { id } } }",
                 "{ programmes { edges { K: cursor } } }", "{ programmes { pageInfo { K: endCursor } } }"):  # fmt: skip
        assert code(await ask(text.replace("K", "k" * 64))) == "ALIAS_TOO_LONG"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("{ viewer { role @skip(if: true) } }", False),
        ("{ viewer { role @include(if: false) } }", False),
        ("{ viewer { role @skip(if: false) @include(if: true) } }", True),
        ("{ viewer { role @skip(if: true) @include(if: true) } }", False),
        ("query ($v: Boolean!) { viewer { role @include(if: $v) } }", True),
        ("query ($v: Boolean!) { viewer { role @skip(if: $v) } }", False),
        ("query ($w: Boolean! = false) { viewer { ... @include(if: $w) { role } } }", False),
        ("query ($v: Boolean!) { viewer { ...R @skip(if: $v) } } fragment R on Viewer { role }", False),
        ("query ($v: Boolean!) { viewer { role @skip(if: true) role @include(if: $v) } }", True),
    ],
)
async def test_skip_and_include(agreed: Ask, text: str, kept: bool) -> None:
    assert await agreed(text, {"v": True}) == {"viewer": {"role": "ADMINISTRATOR"} if kept else {}}


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer @skip(if: true) { role } }",
        "{ programmes { nodes @skip(if: true) { id } } }",
        "{ programmes { nodes { id @skip(if: true) } edges { node { id @skip(if: true) } cursor @skip(if: true) } } }",
        "{ programmes { pageInfo { endCursor @skip(if: true) } totalCount @skip(if: true) } }",
        "{ programme(ref: \"nowhere\") { id @skip(if: true) } portfolio { byStatus { status @skip(if: true) } } }",
    ],
)  # fmt: skip
async def test_nothing_may_be_left(agreed: Ask, text: str) -> None:
    await agreed(text)


async def test_the_same_document_with_other_values_of_its_conditions(agreed: Ask) -> None:
    text = "query ($v: Boolean!) { viewer { role @include(if: $v) person @skip(if: $v) { id } } }"
    assert list((await agreed(text, {"v": True}))["viewer"]) == ["role"]
    assert list((await agreed(text, {"v": False}))["viewer"]) == ["person"]
    assert list((await agreed(text, {"v": True}))["viewer"]) == ["role"]


async def test_a_condition_that_is_null(ask: Ask) -> None:
    answer = await ask("query ($v: Boolean = true) { viewer { role @skip(if: $v) } }", {"v": None})
    assert code(answer) == "BAD_REQUEST"


async def test_every_record_is_found_by_its_id(world: World, agreed: Ask) -> None:
    sight, shown = world.as_seen(ADMINISTRATOR, TODAY), rows.published().type_map
    names = {
        name for name, kind in shown.items() if "Node" in {i.name for i in getattr(kind, "interfaces", ())}
    }
    found = {model.__name__: sight.seen(model) for model in world.present if model.__name__ in names}
    assert sum(bool(known) for known in found.values()) > len(found) - 3
    for name, [known, *_] in ((name, known) for name, known in found.items() if known):
        wanted = f"{name}:{known.id}"
        data = await agreed("query ($id: ID!) { node(id: $id) { id __typename } }", {"id": wanted})
        assert data["node"] == {"id": wanted, "__typename": name}
        assert data == await agreed(f'{{ node(id: "{wanted}") {{ id __typename }} }}')


@pytest.mark.parametrize("text", ["", "x", "Programme", "Programme:", ":", "Programme:x", "Portfolio:{}",
    "Nothing:{}", "Query:{}", "Mutation:{}", "programme:{}", " Programme:{}", "Programme:{} ", "Programme:{}\n",
    "Programme:{{{}}}", "Job:{}", "Programme:urn:uuid:{}", "Continuation:{}", "Ⅷ:{}", "Milestone:{}"])  # fmt: skip
async def test_ids_that_find_nothing(world: World, agreed: Ask, story: Story, text: str) -> None:
    wanted = text.format(story.made["programme"][0]) if "{}" in text else text
    assert await agreed("query ($id: ID!) { node(id: $id) { id } }", {"id": wanted}) == {"node": None}
    assert await agreed("query ($id: ID!) { programme(id: $id) { id } }", {"id": wanted}) == {
        "programme": None
    }
    shorter = str(story.made["programme"][0]).replace("-", "")
    assert await agreed(f'{{ node(id: "Programme:{shorter}") {{ id }} }}') == {"node": None}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{ organisation(code: "O00") { code } }', True),
        ('{ organisation(code: "o00") { code } }', False),
        ('{ person(email: "p1@example.org") { name } }', True),
        ('{ programme(ref: "nowhere") { ref } }', False),
        ('{ programme(ref: "nowhere", id: null) { ref } }', False),
    ],
)
async def test_look_ups(agreed: Ask, text: str, found: bool) -> None:
    [record] = (await agreed(text)).values()
    assert (record is not None) is found


@pytest.mark.parametrize("given", ["", "(id: null)", '(id: "x", ref: "y")', "(ref: null, id: null)"])
async def test_a_look_up_takes_one_key(ask: Ask, given: str) -> None:
    assert code(await ask(f"{{ programme{given} {{ id }} }}")) == "ONE_ARGUMENT"


async def test_a_value_that_must_not_be_null(ask: Ask) -> None:
    assert code(await ask('query ($i: ID = "x") { node(id: $i) { id } }', {"i": None})) == "BAD_REQUEST"


async def test_more_fields_than_postgres_has_columns(ask: Ask) -> None:
    fields = " ".join(f"a{n}: title" for n in range(1601))
    for text in (f"{{ programmes {{ nodes {{ {fields} }} }} }}",):
        answer = await ask(text)
        assert answer["errors"][0]["extensions"]["code"] in {
            "TOO_MANY_FIELDS",
            "DOCUMENT_TOO_LONG",
            "TOO_MANY_ALIASES",
        }


async def test_introspection(ask: Ask) -> None:
    answer = await ask(get_introspection_query())
    assert {"Programme", "Node"} <= {kind["name"] for kind in answer["data"]["__schema"]["types"]}


async def test_introspection_and_data_at_once(ask: Ask) -> None:
    data = """journal(first: 5) { nodes { recordedAt subject { __typename ... on Programme { title status } } } }
        programmes { nodes { wholeLifeCost status deliveryConfidence startsOn lead { kind } } }
        summaries { nodes { content } }"""
    alone = await ask(f"{{ {data} }}")
    mixed = await ask(f'{{ __type(name: "Node") {{ kind }} {data} }}')
    assert mixed["data"].pop("__type") == {"kind": "INTERFACE"}
    assert mixed == alone


async def test_operations_by_name(ask: Ask) -> None:
    text = "query A { viewer { role } } query B { programmes { totalCount } }"
    assert list((await ask(text, operation_name="A"))["data"]) == ["viewer"]
    assert list((await ask(text, operation_name="B"))["data"]) == ["programmes"]
