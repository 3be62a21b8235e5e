"""Requests that ask for as much work as they can: by hand, and by a generator that makes the same ones each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

from graphql import get_introspection_query

from graph.sizes import MOST_CHARACTERS
from graph.trusted import documents


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: in words what it is, and how it is sent."""

    name: str
    body: bytes = b""
    target: str = "/graphql"
    method: str = "POST"


def asked(name: str, query: str, variables: Any = None) -> Asked:
    """A request with that document."""
    content = {"query": query, "variables": variables}
    return Asked(name, json.dumps(content, separators=(",", ":")).encode())


LOOKUP = asked("a lookup", "query($r: String) { programme(ref: $r) { ref title } }", {"r": "None"})

_FILTERED = "query($f: ProgrammeFilter) { programmes(filter: $f) { totalCount } }"
_NODE = "query($i: ID!) { node(id: $i) { id } }"


def trusted() -> Iterator[Asked]:
    """Each trusted document as it would be asked for the first time."""
    for name, document in documents().items():
        yield Asked(f"document {name}", json.dumps({"documentId": document.id}).encode())


def _flat(count: int) -> Any:
    return {"or": [{"ref": {"eq": f"a{number}"}} for number in range(count)]}


def _tree(levels: int) -> Any:
    return {"lead": {"code": {"eq": "x"}}} if levels == 0 else {"and": [_tree(levels - 1), _tree(levels - 1)]}


def _around(levels: int) -> Any:
    inner: Any = {"ref": {"eq": "x"}}
    for _ in range(levels):
        inner = {"milestones": {"some": {"programme": inner}}}
    return inner


def _introspected(count: int) -> str:
    text = get_introspection_query()
    start, end = text.index("__schema"), text.index("fragment")
    field = text[start:end].strip().removesuffix("}")
    return f"{{ {' '.join(f'a{number}: {field}' for number in range(count))} }} {text[end:]}"


def _nested(step: str, times: int, last: str) -> str:
    return f"{step} {{ " * times + last + " }" * times


def _of_the_schema() -> Iterator[Asked]:
    """The schema, asked for in laborious ways."""
    for count in (1, 2, 8, 40):
        yield asked(f"{count} aliases of the whole schema", _introspected(count))
    for times in (3, 7, 12):
        yield asked(
            f"types of fields, {times} deep",
            f"{{ __schema {{ types {{ {_nested('fields { type', times, 'name }')} }} }} }}",
        )
    yield asked(
        "ofType, 15 deep",
        f"{{ __schema {{ types {{ fields {{ {_nested('type: type', 1, _nested('ofType', 15, 'name'))} }} }} }} }}",
    )
    yield asked(
        "200 types",
        "{" + " ".join(f'a{n}: __type(name: "Programme") {{ fields {{ name }} }}' for n in range(200)) + "}",
    )


def _of_filters_by_hand() -> Iterator[Asked]:
    """Filters of many parts, and in each other."""
    for count in (100, 290, 1_000, 4_096):
        yield asked(f"a filter with {count} leaves", _FILTERED, {"f": _flat(count)})
    for levels in (5, 7, 12):
        yield asked(f"a filter as a tree of {2**levels} leaves", _FILTERED, {"f": _tree(levels)})
    for levels in (3, 7, 100):
        yield asked(f"a filter {levels} programmes deep", _FILTERED, {"f": _around(levels)})
    yield asked(
        "one filter 150 times",
        "query($f: ProgrammeFilter) {"
        + " ".join(f"a{n}: programmes(filter: $f) {{ totalCount }}" for n in range(150))
        + "}",
        {"f": _flat(100)},
    )
    yield asked(
        "1,900 empty conditions",
        "query($f: [ProgrammeFilter!]) { programmes(filter: {and: $f}) { totalCount } }",
        {"f": [{}] * 1_900},
    )
    yield asked(
        "1,900 values in one condition", _FILTERED, {"f": {"ref": {"in": [f"x{n}" for n in range(1_900)]}}}
    )
    yield asked("1,900 wrong values", _FILTERED, {"f": {"ref": {"in": list(range(1_900))}}})
    yield asked("1,900 unknown names", _FILTERED, {"f": {f"n{n}": n for n in range(1_900)}})


def _of_bodies() -> Iterator[Asked]:
    """Bodies of the largest size."""
    for name, piece in {
        "objects": b"{}",
        "lists": b"[]",
        "numbers": b"1",
        "texts": b'""',
        "names": b'{"a":1}',
    }.items():
        inner = b",".join([piece] * (990_000 // (len(piece) + 1)))
        yield Asked(f"a megabyte of {name}", b'{"query":"{ __typename }","variables":{"a":[%b]}}' % inner)
    yield Asked("a megabyte of brackets", b"[" * 990_000)
    yield Asked(
        "a megabyte of escapes", b'{"query":"{ __typename }","variables":{"a":"%b"}}' % (rb"\"" * 490_000)
    )
    for letter in "x:\n\N{SNOWMAN}":
        yield asked(
            f"a long text of {letter!r}",
            "query($r: String) { programme(ref: $r) { ref } }",
            {"r": letter * 150_000},
        )
        yield asked(f"a long id of {letter!r}", _NODE, {"i": letter * 150_000})


def _of_documents() -> Iterator[Asked]:
    """Documents that are long, repeat themselves or ask for much."""
    yield asked("a longest document", f'{{ programme(ref: "{"x" * (MOST_CHARACTERS - 100)}") {{ ref }} }}')
    yield asked("a document that is too long", "{ " + "a" * MOST_CHARACTERS + " }")
    yield asked("1,900 unknown fields", "{" + " ".join(f"n{n}" for n in range(1_900)) + "}")
    yield asked("one field 1,900 times", "{" + "__typename " * 1_900 + "}")
    yield asked(
        "200 lookups",
        "{"
        + " ".join(f'a{n}: programme(ref: "x{n}") {{ ref title lead {{ code }} }}' for n in range(200))
        + "}",
    )
    yield asked(
        "200 lists",
        "{" + " ".join(f"a{n}: programmes(first: 1) {{ nodes {{ ref }} }}" for n in range(200)) + "}",
    )
    yield asked(
        "lists in lists",
        "{ programmes(first: 100) { nodes { milestones(first: 100) { nodes { programme {"
        " milestones(first: 100) { nodes { id } } } } } } } }",
    )
    yield asked(
        "440 conditions in the text",
        "{ programmes(filter: {or: [" + '{ref: {eq: "a"}},' * 440 + "]}) { totalCount } }",
    )


def _of_brackets_and_mutations() -> Iterator[Asked]:
    """Brackets, fragments and mutations."""
    yield asked("200 directives", "{ viewer {" + "role @include(if: true) " * 200 + "} }")
    yield asked(
        "a fragment bomb",
        "{ ...F0 }"
        + "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
        + "fragment F30 on Query { __typename }",
    )
    yield asked("a ring of fragments", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")
    yield asked("900 brackets", "{" * 900)
    yield asked("900 lists in each other", _NODE, {"i": json.loads("[" * 900 + "]" * 900)})
    yield asked("a large number", _NODE, {"i": 10**18})
    yield asked(
        "150 mutations",
        "mutation {"
        + " ".join(
            f'a{n}: organisationClose(input: {{id: "Organisation:x", closedOn: "2020-01-01"}}) {{ id }}'
            for n in range(150)
        )
        + "}",
    )
    yield asked(
        "a mutation with 1,900 people",
        "mutation($i: SessionAttendanceTakeInput!) { sessionAttendanceTake(input: $i) { userErrors { code } } }",
        {
            "i": {
                "sessionId": "Session:x",
                "status": "PRESENT",
                "personIds": [f"Person:{n}" for n in range(1_900)],
            }
        },
    )


def _of_little() -> Iterator[Asked]:
    """Next to nothing, and addresses."""
    yield asked("no operation", "fragment F on Query { __typename }")
    yield asked("nothing", "")
    yield Asked("no body")
    yield Asked("no JSON", b"{")
    yield Asked("a list", b"[{}]")
    yield Asked(
        "a long address",
        target=f"/graphql?{urlencode({'query': '{ __typename ' + '#' * 30_000})}",
        method="GET",
    )
    yield Asked(
        "2,000 parameters", target="/graphql?" + "&".join(f"a{n}=1" for n in range(2_000)), method="GET"
    )
    yield Asked("the schema as text", target="/graphql/schema.graphql", method="GET")
    yield Asked("a page", target="/", method="GET")
    yield Asked("a page that is not there", target="/" + "x/" * 2_000, method="GET")


def by_hand() -> Iterator[Asked]:
    """What is known to have been slow somewhere once, and what each limit refuses."""
    yield from _of_the_schema()
    yield from _of_filters_by_hand()
    yield from _of_bodies()
    yield from _of_documents()
    yield from _of_brackets_and_mutations()
    yield from _of_little()


def generated(count: int) -> Iterator[Asked]:
    """So many requests in which size, depth and repetition are mixed at random."""
    random = Random(12)
    for number in range(count):
        kind = random.choice((_of_filters, _of_selections, _of_introspection))
        yield kind(f"generated {number}", random)


def _of_filters(name: str, random: Random) -> Asked:
    size = random.choice((3, 30, 300, 1_500))

    def some(left: int, depth: int) -> Any:
        if left <= 1 or depth > 9:
            return random.choice(
                (
                    {
                        "ref": {
                            random.choice(("eq", "ne", "startsWith", "contains")): "x"
                            * random.choice((1, 40, 4_000))
                        }
                    },
                    {"lead": {"code": {"in": ["a"] * random.choice((1, 50))}}},
                    {"milestones": {"none": {"title": {"startsWith": "y"}}}},
                    {"startsOn": {"gte": "2020-01-01", "lte": "2030-01-01"}},
                )
            )
        parts = random.randint(2, 6)
        inner = [some(left // parts, depth + 1) for _ in range(parts)]
        return random.choice(({"and": inner}, {"or": inner}, {"not": {"or": inner}}))

    return asked(f"{name}: filters, {size}", _FILTERED, {"f": some(size, 0)})


_LEAVES = ("ref", "title", "id", "startsOn", "endsOn", "__typename")


def _of_selections(name: str, random: Random) -> Asked:
    width, depth = random.choice((1, 2, 6)), random.randint(1, 8)

    def programme(left: int) -> str:
        leaves = " ".join(random.choices(_LEAVES, k=random.choice((1, 5, 40))))
        if left <= 0:
            return leaves
        lists = " ".join(
            f"m{n}: milestones(first: 3) {{ nodes {{ title programme {{ {programme(left - 1)} }} }} }}"
            for n in range(width if left < 3 else 1)
        )
        return f"{leaves} {lists}"

    roots = " ".join(
        f"r{n}: programmes(first: 1) {{ totalCount nodes {{ {programme(depth)} }} }}" for n in range(width)
    )
    return asked(f"{name}: selections, {width} wide, {depth} deep", f"{{ {roots} }}")


def _of_introspection(name: str, random: Random) -> Asked:
    steps = {
        "__schema": ("types", "queryType", "directives"),
        "types": ("fields", "inputFields", "enumValues", "interfaces", "possibleTypes", "ofType"),
        "fields": ("args", "type"),
        "inputFields": ("type",),
        "args": ("type",),
        "directives": ("args",),
    }

    def inside(field: str, left: int) -> str:
        found = steps.get(
            {
                "queryType": "types",
                "type": "types",
                "ofType": "types",
                "interfaces": "types",
                "possibleTypes": "types",
            }.get(field, field),
            (),
        )
        name = "description" if field == "__schema" else "name"
        if left <= 0 or not found:
            return name
        chosen = random.choices(found, k=random.randint(1, 3))
        return (
            name
            + " "
            + " ".join(f"a{n}: {step} {{ {inside(step, left - 1)} }}" for n, step in enumerate(chosen))
        )

    roots = random.choice((1, 3, 10))
    return asked(
        f"{name}: introspection, {roots} roots",
        "{"
        + " ".join(f"r{n}: __schema {{ {inside('__schema', random.randint(1, 6))} }}" for n in range(roots))
        + "}",
    )
