"""GraphQL over HTTP as the specification has it, against a real server."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest

from graph.trusted import documents

INDEX = documents()["pages/index"].id
GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


async def _post(
    site: httpx.AsyncClient, content: Any, *, accept: str = GRAPHQL, content_type: str = JSON, **headers: str
) -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Accept": accept, "Content-Type": content_type, **headers}
    return await site.post("/graphql", content=body, headers=headers)


def _code(answer: httpx.Response) -> str:
    content = answer.json()
    assert "data" not in content
    code: str = content["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_query_is_answered_in_the_type_that_was_asked_for(
    site: httpx.AsyncClient, accept: str
) -> None:
    answer = await _post(site, {"query": "{ viewer { role } }"}, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert answer.json()["data"] == {"viewer": {"role": "ADMINISTRATOR"}}


async def test_an_answer_to_one_viewer_is_kept_by_nobody(site: httpx.AsyncClient) -> None:
    answer = await _post(site, {"query": "{ viewer { role } }"})
    assert answer.headers["cache-control"] == "no-store"


async def test_variables_and_the_operation_name_are_used(site: httpx.AsyncClient) -> None:
    document = "query A($ref: String) { programme(ref: $ref) { ref } } query B { __typename }"
    answer = await _post(site, {"query": document, "variables": {"ref": "None"}, "operationName": "A"})
    assert answer.json()["data"] == {"programme": None}


@pytest.mark.parametrize("name", ["variables", "operationName", "extensions", "documentId"])
async def test_what_is_null_was_not_given(site: httpx.AsyncClient, name: str) -> None:
    answer = await _post(site, {"query": "{ __typename }", name: None})
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})


async def test_a_trusted_document_is_asked_by_its_id(site: httpx.AsyncClient) -> None:
    answer = await _post(site, {"documentId": INDEX})
    assert answer.status_code == 200
    assert answer.json()["data"]["portfolio"] == {"programmes": 0}


async def test_a_query_may_be_sent_in_an_address(site: httpx.AsyncClient) -> None:
    document = "query A($ref: String) { programme(ref: $ref) { ref } }"
    answer = await site.get("/graphql", params={"query": document, "variables": '{"ref": "None"}'})
    assert (answer.status_code, answer.json()["data"]) == (200, {"programme": None})
    answer = await site.get("/graphql", params={"documentId": INDEX})
    assert answer.status_code == 200


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_mutation_in_an_address_is_refused_and_changes_nothing(
    site: httpx.AsyncClient, accept: str
) -> None:
    document = """mutation { organisationCreate(input: {
        idempotencyKey: "by-get", code: "GET", name: "By an address", kind: OTHER
    }) { userErrors { code } } }"""
    answer = await site.get("/graphql", params={"query": document}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert _code(answer) == "MUTATION_BY_GET"
    found = await _post(site, {"query": '{ organisation(code: "GET") { code } }'})
    assert found.json()["data"] == {"organisation": None}


async def test_which_of_several_operations_an_address_names_decides(site: httpx.AsyncClient) -> None:
    document = "query A { __typename } mutation B { __typename }"
    params = {"query": document, "operationName": "A"}
    assert (await site.get("/graphql", params=params)).status_code == 200
    params["operationName"] = "B"
    assert (await site.get("/graphql", params=params)).status_code == 405


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        ("syntax", {"query": "{"}),
        ("an unknown field", {"query": "{ nothing }"}),
        (
            "a variable of the wrong type",
            {"query": "query($i: ID!) { node(id: $i) { id } }", "variables": {}},
        ),
        ("no such operation", {"query": "query A { __typename }", "operationName": "B"}),
        ("several operations and no name", {"query": "query A { __typename } query B { __typename }"}),
        ("no operation at all", {"query": "fragment F on Query { __typename }"}),
        ("an unknown document", {"documentId": "pages/none"}),
        ("100,000 brackets", {"query": "{" * 100_000}),
        ("100,000 brackets of a list", {"query": "{ node(id: " + "[" * 100_000}),
    ],
)
async def test_what_never_began_is_400_to_those_who_know_the_specification(
    site: httpx.AsyncClient, case: str, asked: dict[str, Any]
) -> None:
    answer = await _post(site, asked)
    assert (answer.status_code, "data" in answer.json()) == (400, False), case
    assert all(error["extensions"]["code"] for error in answer.json()["errors"]), case
    answer = await _post(site, asked, accept=JSON)
    assert (answer.status_code, "data" in answer.json()) == (200, False), case


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BODY_MISSING"),
        (b"null", "BODY_NOT_AN_OBJECT"),
        (b'"text"', "BODY_NOT_AN_OBJECT"),
        (b'[{"query": "{ __typename }"}]', "BATCH_NOT_SUPPORTED"),
        (b'{"not JSON', "BODY_NOT_JSON"),
        (b'{"query": "\xff"}', "BODY_NOT_JSON"),
        (b"[" * 100_000, "VARIABLES_TOO_LARGE"),
        (b'{"qeury": "{ __typename }"}', "NOTHING_ASKED"),
        (b'{"query": 1}', "BAD_PARAMETER"),
        (b'{"query": "{ __typename }", "variables": []}', "BAD_PARAMETER"),
        (b'{"query": "{ __typename }", "operationName": {}}', "BAD_PARAMETER"),
        (b'{"query": "{ __typename }", "extensions": "text"}', "BAD_PARAMETER"),
        (b'{"documentId": 1}', "BAD_PARAMETER"),
    ],
)
async def test_a_body_that_is_no_operation_is_400_with_graphql_errors(
    site: httpx.AsyncClient, accept: str, body: bytes, code: str
) -> None:
    answer = await _post(site, body, accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (400, f"{accept}; charset=utf-8")
    assert _code(answer) == code


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content_type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "application/x-www-form-urlencoded"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "multipart/form-data"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "application/json; charset=utf-16"}, 415, "UNSUPPORTED_CHARSET"),
        ({"accept": "text/html"}, 406, "NOT_ACCEPTABLE"),
    ],
)
async def test_other_types_are_declined(
    site: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await _post(site, {"query": "{ __typename }"}, **headers)
    assert (answer.status_code, _code(answer)) == (status, code)


async def test_a_body_without_a_type_is_declined(site: httpx.AsyncClient) -> None:
    answer = await site.post("/graphql", content=b'{"query": "{ __typename }"}')
    assert (answer.status_code, _code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_compressed_body_is_declined(site: httpx.AsyncClient) -> None:
    body = gzip.compress(b'{"query": "{ __typename }"}')
    answer = await _post(site, body, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, _code(answer)) == (415, "UNSUPPORTED_CONTENT_ENCODING")
    assert answer.headers["accept-encoding"] == "identity"


async def _in_pieces() -> AsyncIterator[bytes]:
    for _ in range(300):
        yield b" " * 10_000


@pytest.mark.parametrize("large", [b" " * 1_000_001, b" " * 20_000_000, None])
async def test_more_than_a_megabyte_is_declined_however_it_is_sent(
    site: httpx.AsyncClient, large: bytes | None
) -> None:
    body = _in_pieces() if large is None else large
    answer = await site.post("/graphql", content=body, headers={"Content-Type": JSON})
    assert (answer.status_code, _code(answer)) == (413, "BODY_TOO_LARGE")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "said", [{"Content-Type": JSON}, {"Content-Type": JSON, "Content-Encoding": "gzip"}, {}]
)
async def test_who_listens_only_after_sending_50_megabytes_is_told_too(
    site: httpx.AsyncClient, said: dict[str, str]
) -> None:
    def sent() -> tuple[int, bytes]:
        connection = HTTPConnection(site.base_url.host, site.base_url.port)
        with closing(connection):
            connection.request("POST", "/graphql", b" " * 50_000_000, said)
            answer = connection.getresponse()
            return answer.status, answer.read()

    status, body = await asyncio.to_thread(sent)
    assert (status, json.loads(body)["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_declined(site: httpx.AsyncClient, method: str) -> None:
    answer = await site.request(method, "/graphql")
    assert (answer.status_code, _code(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["allow"].split(",")}


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "query($code: String) { organisation(code: $code) { id } }", "variables": {"code": "\0"}},
        {"query": '{ organisation(code: "\\u0000") { id } }'},
    ],
)
async def test_a_character_that_no_database_holds_is_the_callers_mistake(
    site: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    answer = await _post(site, asked)
    assert answer.status_code in {200, 400}
    assert "Something went wrong" not in answer.text


async def test_fifty_megabytes_are_declined_and_the_server_goes_on(site: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"[" * 1_000_000

    try:
        answer = await site.post("/graphql", content=pieces(), headers={"Content-Type": JSON})
        assert answer.status_code == 413
    except httpx.TransportError:
        pass  # cut off while sending: the answer was given and not heard
    assert (await _post(site, {"query": "{ __typename }"})).status_code == 200


async def test_a_gzip_bomb_is_declined_unopened(site: httpx.AsyncClient) -> None:
    bomb = gzip.compress(b"[" * 100_000_000, compresslevel=9)
    answer = await _post(site, bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, _code(answer)) == (415, "UNSUPPORTED_CONTENT_ENCODING")


# Whatever is sent as JSON, in whatever place, is answered by what is wrong with it and never by a failure of ours.
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e400,
    10**30,
    "",
    "text",
    "\ud800",
    [],
    {},
    [[]],
    {"": None},
    "\u0000",
    "\N{SNOWMAN}" * 1000,
]


@pytest.mark.parametrize("name", ["query", "documentId", "operationName", "variables", "extensions"])
async def test_no_value_in_no_place_is_a_failure_of_ours(site: httpx.AsyncClient, name: str) -> None:
    for value in ODD:
        for asked in ({name: value}, {"query": "query($i: ID!) { node(id: $i) { id } }", name: value}):
            answer = await _post(site, json.dumps(asked).encode())
            assert answer.status_code in {200, 400}, asked
            assert "INTERNAL" not in answer.text, asked


@pytest.mark.parametrize("kind", ["ID!", "String", "Int", "Date", "ProgrammeFilter", "[ProgrammeOrder!]"])
async def test_no_value_of_no_variable_is_a_failure_of_ours(site: httpx.AsyncClient, kind: str) -> None:
    uses = {
        "ID!": "node(id: $v) { id }",
        "String": "programme(ref: $v) { ref }",
        "Int": "programmes(first: $v) { totalCount nodes { ref } }",
        "Date": "programmes(filter: {startsOn: {eq: $v}}) { totalCount }",
        "ProgrammeFilter": "programmes(filter: $v) { totalCount }",
        "[ProgrammeOrder!]": "programmes(orderBy: $v) { nodes { ref } }",
    }
    for value in [*ODD, {"ref": {"eq": "\u0000"}}, {"ref": {"in": [None, "a"]}}, {"or": [{}, {}]}]:
        body = json.dumps({"query": f"query($v: {kind}) {{ {uses[kind]} }}", "variables": {"v": value}})
        answer = await _post(site, body.encode())
        assert answer.status_code in {200, 400}, value
        assert "INTERNAL" not in answer.text, value
