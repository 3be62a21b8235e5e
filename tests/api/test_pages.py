import re
from base64 import b64encode
from datetime import date
from hashlib import sha256

import httpx
import pytest

from api.pages.index import EXAMPLE
from api.pages.summaries import policy_for
from domain.database import Database
from domain.models import Summary
from domain.summaries import commands as summaries
from tests.api.conftest import Reach
from tests.factories import TODAY, acting, person, programme

PAGE = "<!doctype html><style>p { color: red }</style><p>What <em>changed</em></p>"
HTML = {"Accept": "text/html"}


@pytest.fixture
async def summary(database: Database) -> Summary:
    """A summary of somebody called Ada <King>."""
    async with acting(database) as work:
        await programme(work, "hub")
        await programme(work, "second-hub")
        sponsor = await person(work, "Ada <King>", email="ada.king@example.org")
    async with acting(database, on=TODAY) as work:
        return await summaries.store(
            work,
            person_id=sponsor.id,
            period_from=date(2025, 9, 30),
            period_to=date(2026, 3, 31),
            content={"headline": {}},
            html=PAGE,
        )


async def test_an_empty_server_says_how_to_begin(reach: Reach) -> None:
    async with reach() as reached:
        answer = await reached.get("/", headers=HTML)
    assert answer.status_code == 200
    assert "<dt>programmes</dt><dd>0</dd>" in answer.text
    assert "tandem summaries compile" in answer.text


async def test_the_start_page_counts_and_links_the_summaries(reach: Reach, summary: Summary) -> None:
    async with reach() as reached:
        text = (await reached.get("/", headers=HTML)).text
        assert "<dt>programmes</dt><dd>2</dd>" in text
        assert "<dt>of them active</dt><dd>2</dd>" in text
        assert "Ada &lt;King&gt;: 30 September 2025 to 31 March 2026</a>" in text
        link = re.search(r'href="(/summaries/[^"]+)"', text)
        assert link is not None
        assert (await reached.get(link[1])).text == PAGE


async def test_the_example_on_the_start_page_can_be_asked(reach: Reach, summary: Summary) -> None:
    async with reach() as reached:
        answer = await reached.post("/graphql", json={"query": EXAMPLE})
    assert answer.json()["data"] == {"programmes": {"totalCount": 0, "nodes": []}}


async def test_pages_load_nothing_that_is_not_ours(reach: Reach, summary: Summary) -> None:
    async with reach() as reached:
        answer = await reached.get("/", headers=HTML)
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert "script" not in answer.text
    addresses = re.findall(r'(?:href|src)="([^"]*)"', answer.text)
    assert all(address.startswith(("/", "#")) for address in addresses)


async def test_a_summary_is_shown_as_it_was_stored(reach: Reach, summary: Summary) -> None:
    async with reach() as reached:
        answer = await reached.get(f"/summaries/{summary.id}", headers=HTML)
        assert (await reached.get(f"/summaries/Summary:{summary.id}")).text == PAGE
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_a_summary_may_use_the_styles_in_it_and_nothing_else() -> None:
    digest = b64encode(sha256(b"p { color: red }").digest()).decode()
    assert policy_for(PAGE).startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;")
    assert "style-src 'none'" in policy_for("<p>plain</p>")


@pytest.mark.parametrize(
    "path", ["00000000-0000-0000-0000-000000000007", "not-an-id", "%00", "%F0%9F%8F%83", "1" * 300, "%27"]
)
async def test_what_is_no_summary_is_not_found(reach: Reach, path: str) -> None:
    async with reach() as reached:
        answer = await reached.get(f"/summaries/{path}", headers=HTML)
    assert answer.status_code == 404
    assert "<h1>There is nothing here</h1>" in answer.text


async def test_a_programme_is_no_summary(reach: Reach, summary: Summary, database: Database) -> None:
    async with acting(database) as work:
        other = await programme(work, "third")
    async with reach() as reached:
        assert (await reached.get(f"/summaries/{other.id}")).status_code == 404
        assert (await reached.get(f"/summaries/Programme:{other.id}")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/static/tandem.css", "/static/tandem.svg"])
async def test_pages_and_what_they_load_are_there(site: httpx.AsyncClient, path: str) -> None:
    assert (await site.get(path)).status_code == 200
