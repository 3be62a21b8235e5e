import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import Reach

ASKING: dict[str, Any] = {"json": {"query": "{ viewer { role } }"}}
TOKEN = "a-long-random-text"


async def _status(client: httpx.AsyncClient, **headers: str) -> tuple[int, str | None]:
    answer = await client.post("/graphql", **ASKING, headers=headers)
    errors = answer.json().get("errors")
    return answer.status_code, errors[0]["extensions"]["code"] if errors else None


@pytest.mark.parametrize(
    ("client", "host"),
    [
        ("127.0.0.1", "localhost:8000"),
        ("127.0.0.1", "LOCALHOST"),
        ("127.9.9.9", "127.0.0.1:8000"),
        ("::1", "[::1]:8000"),
        ("::1", "[::1]"),
        ("::ffff:127.0.0.1", "localhost:8000"),
    ],
)
async def test_without_a_token_this_machine_is_the_administrator(
    reach: Reach, client: str, host: str
) -> None:
    async with reach(client=client, host=host) as reached:
        answer = await reached.post("/graphql", **ASKING)
    assert answer.json()["data"] == {"viewer": {"role": "ADMINISTRATOR"}}


@pytest.mark.parametrize(
    ("case", "client", "host", "headers"),
    [
        ("another machine", "192.0.2.7", "localhost:8000", {}),
        ("another machine by its own name", "192.0.2.7", "tandem.example", {}),
        ("a name that was made to resolve to this machine", "127.0.0.1", "attacker.example:8000", {}),
        ("a name that looks like this machine", "127.0.0.1", "localhost.attacker.example", {}),
        ("an address that looks like this machine", "127.0.0.1", "127.0.0.1.attacker.example", {}),
        ("a proxy on this machine", "127.0.0.1", "localhost", {"X-Forwarded-For": "192.0.2.7"}),
        ("a proxy that keeps to the standard", "127.0.0.1", "localhost", {"Forwarded": "for=192.0.2.7"}),
        ("a socket that says nothing of its client", "", "localhost", {}),
        ("a token that the server does not have", "192.0.2.7", "localhost", {"Authorization": "Bearer x"}),
    ],
)
async def test_without_a_token_everybody_else_is_told_how_to_set_one(
    reach: Reach, case: str, client: str, host: str, headers: dict[str, str]
) -> None:
    async with reach(client=client, host=host) as reached:
        answer = await reached.post("/graphql", **ASKING, headers=headers)
    assert answer.status_code == 401, case
    assert answer.headers["www-authenticate"] == 'Bearer realm="Tandem"'
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "set TANDEM_ADMIN_TOKEN" in answer.json()["errors"][0]["message"]


async def test_a_proxy_that_says_nothing_of_itself_is_known_by_its_old_http(site: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(site.base_url.host, site.base_url.port)
    writer.write(b"GET /graphql?query={__typename} HTTP/1.0\r\nHost: localhost\r\n\r\n")
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert b" 401 " in answer


# RFC 9110: the scheme in capitals or not (11.1), one space or more after it (11.4), spaces and tabs round it all (5.5).
SPELLINGS = [
    f"{before}{scheme}{between}{TOKEN}{after}"
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR")
    for between in (" ", "  ", "     ", "\t", " \t ")
    for before in ("", " ", "\t")
    for after in ("", " ", "\t ")
]


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN}"])
@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])
async def test_the_token_makes_the_administrator_anywhere(
    reach: Reach, client: str, authorization: str
) -> None:
    async with reach(token=TOKEN, client=client, host="tandem.example") as reached:
        assert await _status(reached, Authorization=authorization) == (200, None)


async def test_however_the_token_is_written_it_is_one_budget(reach: Reach) -> None:
    left = []
    async with reach(token=TOKEN) as reached:
        for spelling in SPELLINGS:
            headers = [(b"Authorization", spelling.encode())]
            answer = await reached.post(
                "/graphql", json={"query": '{ programme(ref: "x") { ref } }'}, headers=headers
            )
            assert answer.status_code == 200, spelling
            left.append(answer.json()["extensions"]["cost"]["remaining"])
    assert left == list(range(left[0], left[0] - len(SPELLINGS), -1))


async def test_where_no_token_is_asked_for_none_gives_a_budget_of_its_own(reach: Reach) -> None:
    left = []
    async with reach() as reached:
        for said in (
            {},
            {"Authorization": "Bearer a"},
            {"Authorization": "Bearer b"},
            {"Authorization": "x"},
        ):
            answer = await reached.post(
                "/graphql", json={"query": '{ programme(ref: "x") { ref } }'}, headers=said
            )
            left.append(answer.json()["extensions"]["cost"]["remaining"])
    assert left == list(range(left[0], left[0] - 4, -1))


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer é",
    ],
)
async def test_with_a_token_nobody_is_known_without_it_not_even_here(
    reach: Reach, authorization: str
) -> None:
    async with reach(token=TOKEN) as reached:
        answer = await reached.post(
            "/graphql", **ASKING, headers=[(b"Authorization", authorization.encode())]
        )
    assert answer.status_code == 401
    assert "Authorization: Bearer <token>" in answer.json()["errors"][0]["message"]
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (200, None)),
        ({"Sec-Fetch-Site": "same-origin"}, (200, None)),
        ({"Sec-Fetch-Site": "none"}, (200, None)),
        ({"Origin": "http://localhost:8000"}, (200, None)),
        # A proxy may give the server another name: the browser knows better than the names.
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://tandem.example"}, (200, None)),
        ({"Sec-Fetch-Site": "cross-site"}, (403, "CROSS_SITE")),
        ({"Sec-Fetch-Site": "same-site"}, (403, "CROSS_SITE")),
        ({"Origin": "https://attacker.example"}, (403, "CROSS_SITE")),
        ({"Origin": "http://localhost:9999"}, (403, "CROSS_SITE")),
        ({"Origin": "null"}, (403, "CROSS_SITE")),
        ({"Origin": "http://[localhost:8000"}, (403, "CROSS_SITE")),
        # What a form of another site can send without being asked first.
        ({"Content-Type": "text/plain"}, (415, "UNSUPPORTED_MEDIA_TYPE")),
    ],
)
async def test_pages_of_other_sites_have_no_part_in_what_a_browser_may(
    reach: Reach, headers: dict[str, str], expected: tuple[int, str | None]
) -> None:
    async with reach() as reached:
        assert await _status(reached, **headers) == expected


async def test_a_query_in_an_address_is_guarded_in_the_same_way(reach: Reach) -> None:
    async with reach() as reached:
        answer = await reached.get(
            "/graphql", params={"query": "{ viewer { role } }"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/summaries/0197d0a6-0000-7000-8000-000000000000"])
async def test_pages_ask_who_is_there_too(reach: Reach, path: str) -> None:
    async with reach(client="192.0.2.7") as reached:
        answer = await reached.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert "<h1>Tandem does not know you</h1>" in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/tandem.css"])
async def test_what_is_nobodys_secret_is_for_everybody(reach: Reach, path: str) -> None:
    async with reach(token=TOKEN, client="192.0.2.7") as reached:
        assert (await reached.get(path)).status_code == 200
