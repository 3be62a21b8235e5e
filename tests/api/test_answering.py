"""The respondent's page: without a script, on any machine, with nothing lost and nothing logged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from domain.assessments.round_models import Round
from domain.database import Database
from tests.api.conftest import Reach
from tests.domain.assessments.rounds import AUDIT, Asked, asked_team, both
from tests.refusals import contents

HTML = {"Accept": "text/html"}
ELSEWHERE = {"client": "203.0.113.7", "host": "tandem.example.org", "token": "secret"}


@dataclass(kw_only=True)
class Opened(Asked):
    """A team that is asked: the round that is open, and where the first of them answers it."""

    row: Round
    path: str


@pytest.fixture
async def it(database: Database) -> Opened:
    """A team of six, asked by an instrument with an item that has words of its own."""
    file = AUDIT.replace("text: People listen.,", "text: 'Do people <listen>?', labels: {1: Not & never},")
    asked = await asked_team(database, 6, file)
    row = await asked.open()
    return Opened(**vars(asked), row=row, path=f"/answer/{asked.tokens[asked.people[0]]}")


class Form(HTMLParser):
    """What a browser without a script would send: the fields of the form with their values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given["type"] == "radio":
            self.choices.setdefault(given["name"], []).append(given["value"])
            if "checked" in given:
                self.fields[given["name"]] = given["value"]
        if tag == "textarea":
            self._area = given["name"]
            self.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


async def _stored(it: Opened) -> list[tuple[Any, ...]]:
    async with it.database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT answers, comments FROM round_answers"))
        return [tuple(row) for row in rows]


async def test_looking_shows_the_notice_and_the_questions_and_changes_nothing(
    it: Opened, reach: Reach
) -> None:
    before = await contents(it.database)
    async with reach(**ELSEWHERE) as reached:
        pages = [await reached.get(it.path, headers=HTML) for _ in range(2)]
        assert [page.status_code for page in pages] == [200, 200]
        assert (await reached.head(it.path, headers=HTML)).status_code == 200
    assert it.row.notice is not None
    page = pages[-1]
    for paragraph in it.row.notice.split("\n\n"):
        assert paragraph.split(",")[0].split("“")[0] in page.text
    assert "Do people &lt;listen&gt;?" in page.text
    assert "Not &amp; never" in page.text
    form = Form(page.text)
    assert form.choices == {f"answer.{key}": ["1", "2", "3", "4", "5", ""] for key in ("listen", "rush")}
    assert form.fields == {"answer.listen": "", "comment.listen": "", "answer.rush": "", "comment.rush": ""}
    assert await contents(it.database) == before


async def test_what_is_sent_is_kept_once(it: Opened, reach: Reach) -> None:
    async with reach(**ELSEWHERE) as reached:
        sent = {
            "answer.listen": "4",
            "answer.rush": "",
            "comment.listen": " Well.\r\nMostly. ",
            "comment.rush": "",
        }
        answer = await reached.post(it.path, data=sent, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, it.path)
        # The answer to the first one was lost on its way: sent again, it changes nothing and is told the same.
        again = await reached.post(it.path, data=sent, headers=HTML)
        assert (again.status_code, again.headers["location"]) == (303, it.path)
        assert "your answers are in" in (await reached.get(it.path, headers=HTML)).text
    assert await _stored(it) == [({"listen": 4}, {"listen": "Well.\nMostly."})]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"answer.listen": "", "comment.rush": ""}, "Nothing is answered yet."),
        (
            {"answer.listen": "3", "answer.rush": "9", "comment.listen": "<b>So</b>"},
            "Give a whole number from 1 to 5",
        ),
        ({"answer.listen": "3", "answer.rush": "two"}, "cannot be read"),
        ({"answer.listen": "3", "comment.listen": "x" * 2001}, "may have 2,000"),
        ({"answer.nothing": "3", "answer.listen": "3"}, "has no item"),
    ],
)
async def test_an_error_keeps_what_was_typed(
    it: Opened, reach: Reach, sent: dict[str, str], told: str
) -> None:
    before = await contents(it.database)
    async with reach(**ELSEWHERE) as reached:
        answer = await reached.post(it.path, data=sent, headers=HTML)
    assert answer.status_code == 422
    assert "<title>Error: Spring" in answer.text
    assert told in answer.text
    form = Form(answer.text)
    shown = {name: value for name, value in sent.items() if value in form.choices.get(name, [value])}
    assert {name: form.fields[name] for name in shown if name in form.fields} == {
        name: value for name, value in shown.items() if name in form.fields
    }
    assert form.fields["answer.listen"] == sent["answer.listen"]
    assert await contents(it.database) == before


async def test_a_closed_round_says_so(it: Opened, reach: Reach) -> None:
    await it.close(it.row)
    async with reach(**ELSEWHERE) as reached:
        assert "takes no answers any more" in (await reached.get(it.path, headers=HTML)).text
        answer = await reached.post(it.path, data={"answer.listen": "3"}, headers=HTML)
    assert answer.status_code == 422
    assert "takes no answers any more" in answer.text
    assert await _stored(it) == []


async def test_a_link_that_leads_nowhere(it: Opened, reach: Reach) -> None:
    async with reach(**ELSEWHERE) as reached:
        for path in ("/answer/" + "x" * 43, "/answer/" + "x" * 5000, "/answer/%F0%9F%9A%82"):
            for answer in (
                await reached.get(path, headers=HTML),
                await reached.post(path, data={}, headers=HTML),
            ):
                assert answer.status_code == 404
                assert "no questionnaire under this link" in answer.text


@pytest.mark.parametrize(
    ("body", "status"), [(b"a=%FF", 400), (b"a=1&" * 2000, 400), (b"x" * 1_000_001, 413)]
)
async def test_what_is_no_form_is_declined(it: Opened, reach: Reach, body: bytes, status: int) -> None:
    async with reach(**ELSEWHERE) as reached:
        answer = await reached.post(it.path, content=body, headers=HTML)
    assert answer.status_code == status


async def test_only_the_page_s_own_script_may_run_and_only_here_may_be_sent(it: Opened, reach: Reach) -> None:
    async with reach(**ELSEWHERE) as reached:
        first, second = [await reached.get(it.path, headers=HTML) for _ in range(2)]
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]{24})'", policy)
    assert nonce is not None
    assert f'<script nonce="{nonce[1]}">' in first.text
    assert nonce[1] not in second.text
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r'(src|href)="http', first.text)


async def test_nothing_of_it_is_logged(it: Opened, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reach(**ELSEWHERE) as reached:
        with structlog.testing.capture_logs() as lines:
            await reached.get(it.path, headers=HTML)
            await reached.post(it.path, data={"answer.listen": "3"}, headers=HTML)
            await reached.get("/answer/" + "x" * 43, headers=HTML)
            await reached.get("/", headers=HTML)
        assert [line["path"] for line in lines] == ["/"]
        # Not even where something goes wrong.
        monkeypatch.setattr("api.pages.answering._typed", lambda _body: 1 / 0)
        with structlog.testing.capture_logs() as lines:
            answer = await reached.post(it.path, data={"answer.listen": "3"}, headers=HTML)
    assert answer.status_code == 500
    assert [line["path"] for line in lines] == ["/answer/"]
    assert it.tokens[it.people[0]] not in str([{**line, "exc_info": ""} for line in lines])


async def test_a_whole_team_answers(it: Opened, reach: Reach) -> None:
    async with reach(**ELSEWHERE) as reached:
        for person in it.people:
            path = f"/answer/{it.tokens[person]}"
            page = Form((await reached.get(path, headers=HTML)).text)
            sent = page.fields | {"answer.listen": "4", "answer.rush": "2"}
            assert (await reached.post(path, data=sent, headers=HTML)).status_code == 303
    assert await _stored(it) == [(both(4, 2), {})] * 6
