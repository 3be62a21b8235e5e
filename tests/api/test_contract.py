"""The schema as text: the published one, for whoever may ask the API for it, and nothing where it is known."""

from pathlib import Path

import httpx
import pytest

from tests.api.conftest import Reach

ADDRESS = "/graphql/schema.graphql"


async def test_it_is_the_published_schema(site: httpx.AsyncClient) -> None:
    answer = await site.get(ADDRESS)
    published = Path(__file__).parents[2] / "graphql" / "schema.graphql"
    assert (answer.status_code, answer.text) == (200, published.read_text("utf-8"))
    assert answer.headers["content-type"] == "application/graphql; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("said", ["{}", "W/{}", '"other", {}', '"other", W/{}', "*"])
async def test_who_has_it_gets_nothing(site: httpx.AsyncClient, said: str) -> None:
    tag = (await site.get(ADDRESS)).headers["etag"]
    answer = await site.get(ADDRESS, headers={"If-None-Match": said.format(tag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("said", ['"other"', "", "nonsense", '"', ",,,"])
async def test_who_has_another_gets_it(site: httpx.AsyncClient, said: str) -> None:
    assert (await site.get(ADDRESS, headers={"If-None-Match": said})).status_code == 200


async def test_strangers_get_it_no_more_than_introspection(reach: Reach) -> None:
    async with reach(token="letmein", client="192.0.2.7") as reached:
        assert (await reached.get(ADDRESS)).status_code == 401
        known = await reached.get(ADDRESS, headers={"Authorization": "Bearer letmein"})
        assert known.status_code == 200
        elsewhere = {"Authorization": "Bearer letmein", "Sec-Fetch-Site": "cross-site"}
        assert (await reached.get(ADDRESS, headers=elsewhere)).status_code == 403
