"""Pages: over the whole list, forwards and backwards, each item comes exactly once; what is no page is refused."""

from __future__ import annotations

import base64

import orjson
import pytest

from tests.graph.reads.answers import code
from tests.graph.reads.conftest import Ask

LISTS = [
    ("programmes", ""),
    ("programmes", "orderBy: [{wholeLifeCost: DESC}]"),
    ("programmes", "orderBy: [{deliveryConfidence: ASC}, {title: DESC}]"),
    ("programmes", "orderBy: [{heardOn: ASC}, {status: ASC}]"),
    ("programmes", "orderBy: [{title: DESC}]"),
    ("organisations", "orderBy: [{closedOn: DESC}, {openedOn: ASC}]"),
    ("organisations", 'filter: {name: {contains: "alder"}}'),
    ("milestones", "orderBy: [{achievedOn: ASC}, {criticality: DESC}, {slipDays: ASC}]"),
    ("milestones", "orderBy: [{forecastOn: DESC}, {baselineOn: DESC}]"),
    ("people", ""),
    ("summaries", ""),
    ("journal", "orderBy: [{effectiveOn: DESC}]"),
]


@pytest.mark.parametrize(("name", "narrowed"), LISTS)
@pytest.mark.parametrize("size", [1, 7])
async def test_pages_cover_a_list_exactly_once(agreed: Ask, name: str, narrowed: str, size: int) -> None:
    size = {"journal": 97, "milestones": size * 10}.get(name, size)
    whole = await _whole(agreed, name, narrowed)
    for first, after, next_page in (("first", "after", "hasNextPage"), ("last", "before", "hasPreviousPage")):
        pages = await _pages(agreed, name, narrowed, size, (first, after, next_page))
        found = [node for page in (pages if first == "first" else reversed(pages)) for node in page]
        assert found == whole


async def _whole(agreed: Ask, name: str, narrowed: str) -> list[str]:
    ids, cursor = [], None
    while True:
        text = f"query ($c: String) {{ {name}(first: 100, after: $c {narrowed}) {{ nodes {{ id }} totalCount " \
               "pageInfo { hasNextPage endCursor } } }"  # fmt: skip
        page = (await agreed(text, {"c": cursor}))[name]
        ids += [node["id"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(set(ids)) == len(ids) == page["totalCount"]
            return ids


async def _pages(
    agreed: Ask, name: str, narrowed: str, size: int, words: tuple[str, str, str]
) -> list[list[str]]:
    first, after, more = words
    end = "endCursor" if first == "first" else "startCursor"
    parts = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    listed = f"{name}({first}: $n, {after}: $c {narrowed}) {{ {parts} }}"
    text = f"query ($n: Int = {size}, $c: String) {{ {listed} }}"
    pages, cursor = [], None
    while True:
        page = (await agreed(text, {"c": cursor} if cursor else {}))[name]
        pages.append([edge["node"]["id"] for edge in page["edges"]])
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"][more]:
            return pages
        cursor = page["pageInfo"][end]


@pytest.mark.parametrize(
    "given",
    [
        "first: null",
        "first: null, last: 2",
        "first: 2, last: null, after: null",
        "first: 100",
        'filter: {ref: {eq: ""}}, first: 3',
        'filter: {ref: {eq: ""}}, last: 3',
        "orderBy: []",
        "orderBy: null",
        "orderBy: {title: DESC}",
        "orderBy: [{title: ASC}, {title: DESC}, {ref: ASC}]",
    ],
)
async def test_pages_as_they_may_be_asked_for(agreed: Ask, given: str) -> None:
    parts = "totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    await agreed(f"{{ programmes({given}) {{ {parts} }} }}")


async def test_a_list_within_a_list_has_pages_of_its_own(agreed: Ask) -> None:
    text = """{ programmes(first: 3) { nodes { milestones(last: 2, orderBy: [{title: ASC}]) { totalCount nodes { title
        ledger(first: 1) { nodes { days } pageInfo { hasNextPage } } } pageInfo { hasPreviousPage startCursor } } } } }"""
    await agreed(text)


@pytest.mark.parametrize("selected", ["nodes { id }", "totalCount", "pageInfo { hasNextPage }"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("first: 0", "BAD_PAGE_SIZE"),
        ("first: -1", "BAD_PAGE_SIZE"),
        ("last: 0", "BAD_PAGE_SIZE"),
        ("last: -1", "BAD_PAGE_SIZE"),
        ("first: 101", "BAD_PAGE_SIZE"),
        ("last: 2147483647", "BAD_PAGE_SIZE"),
        ("first: 1, last: 1", "FIRST_OR_LAST"),
        ('after: "x"', "BAD_CURSOR"),
        ('before: ""', "BAD_CURSOR"),
    ],
)
async def test_what_is_no_page(ask: Ask, given: str, expected: str, selected: str) -> None:
    assert code(await ask(f"{{ programmes({given}) {{ {selected} }} }}")) == expected


UUID = "0198c2f0-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "é",
        "AAAA",
        "%",
        "-",
        base64.b64encode(b"null").decode(),
        base64.b64encode(b"7").decode(),
        base64.b64encode(b"{}").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"[" * 100_000).decode(),
        *(
            base64.b64encode(orjson.dumps(parts)).decode()
            for parts in (
                ["forecast_on id"],
                ["forecast_on id", "2024-01-01"],
                ["forecast_on id", None, UUID],
                ["forecast_on id", "2024-01-01", None],
                ["forecast_on id", "2024-13-01", UUID],
                ["forecast_on id", "infinity", UUID],
                ["forecast_on id", 20240101, UUID],
                ["forecast_on id", "2024-01-01", "x"],
                ["forecast_on id", "2024-01-01", UUID, "more"],
                ["title id", "x", UUID],
                [None, "2024-01-01", UUID],
            )
        ),
    ],
)
async def test_what_is_no_cursor(ask: Ask, cursor: str) -> None:
    answer = await ask("query ($c: String) { milestones(after: $c) { nodes { id } } }", {"c": cursor})
    assert code(answer) == "BAD_CURSOR"
    assert "forecast_on" not in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("slipDays", "99999999999"),
        ("slipDays", "1_0e5"),
        ("slipDays", "NaN"),
        ("criticality", "HIGH"),
        ("title", "\0"),
        ("forecastOn", "-infinity"),
    ],
)
async def test_keys_that_postgres_never_wrote(ask: Ask, order: str, key: str) -> None:
    names = {"slipDays": "slip_days", "forecastOn": "forecast_on"}
    cursor = base64.b64encode(orjson.dumps([f"{names.get(order, order)} id", key, UUID])).decode()
    text = f"query ($c: String) {{ milestones(after: $c, orderBy: [{{{order}: ASC}}]) {{ nodes {{ id }} }} }}"
    assert code(await ask(text, {"c": cursor})) == "BAD_CURSOR"


@pytest.mark.parametrize("key", ["NaN", "Infinity", "1e999999", "x"])
async def test_amounts_that_postgres_never_wrote(ask: Ask, key: str) -> None:
    cursor = base64.b64encode(orjson.dumps(["whole_life_cost id", key, UUID])).decode()
    text = "query ($c: String) { programmes(after: $c, orderBy: [{wholeLifeCost: ASC}]) { nodes { id } } }"
    assert code(await ask(text, {"c": cursor})) == "BAD_CURSOR"


@pytest.mark.parametrize("key", ["2024-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "now"])
async def test_moments_that_postgres_never_wrote(ask: Ask, key: str) -> None:
    cursor = base64.b64encode(orjson.dumps(["-recorded_at -id", key, UUID])).decode()
    assert (
        code(await ask("query ($c: String) { journal(after: $c) { nodes { id } } }", {"c": cursor}))
        == "BAD_CURSOR"
    )
