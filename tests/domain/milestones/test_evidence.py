"""Where the evidence is: web pages only, and never none where some is needed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from domain.errors import Refused
from domain.milestones import commands, evidence
from domain.milestones.models import Evidence
from tests.domain.milestones.scenes import BEGAN, Scene

MARCH, MAY = date(2024, 3, 1), date(2024, 5, 1)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "minutes.pdf",
        "/minutes",
        "//example.org/minutes",
        "ftp://example.org/minutes",
        "javascript:alert(1)",
        "data:text/html,minutes",
        "https://",
        "https:///minutes",
        "https://[minutes",
        "https://example.org/two words",
        "https://example.org/\u202eminutes",
        "https://example.org/\nminutes",
        "https://example.org/" + "m" * 2_000,
    ],
)
def test_what_is_no_web_page(url: str) -> None:
    with pytest.raises(Refused, match="https://") as refusal:
        evidence.web_address(url, field="url")
    assert (refusal.value.code, refusal.value.field) == ("BAD_EVIDENCE_URL", "url")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://intranet/minutes?item=4#vote",
        "HTTPS://example.org:8443/ä",
        "https://[::1]/minutes",
    ],
)
def test_what_is_a_web_page(url: str) -> None:
    assert evidence.web_address(f" {url} ", field="url") == url


async def test_evidence_goes_by_its_title_or_by_its_address(here: Scene) -> None:
    made = await here.milestone()
    async with here.at(MARCH) as doing:
        titled = await evidence.add(doing, made.id, title=" Minutes ", url="https://example.org/1")
        untitled = await evidence.add(doing, made.id, title=None, url="https://example.org/2")
    assert (titled.title, titled.url) == ("Minutes", "https://example.org/1")
    assert (untitled.title, untitled.programme_id) == ("https://example.org/2", here.programme_id)
    assert (await here.journal())[-2:] == ["milestone.evidence_added"] * 2


async def test_evidence_that_is_removed_stays_in_the_past(here: Scene) -> None:
    made = await here.milestone()
    async with here.at(BEGAN) as doing:
        shown = await evidence.add(doing, made.id, title="Minutes", url="https://example.org")
    async with here.at(MAY) as doing:
        await evidence.remove(doing, shown.id)
    assert await here.row(Evidence, shown.id) is None
    assert (await here.as_of(Evidence, shown.id, MARCH)).title == "Minutes"
    assert (await here.journal())[-1] == "milestone.evidence_removed"


async def test_the_last_evidence_of_what_needs_some_stays(here: Scene) -> None:
    made = await here.milestone(evidence_required=True)
    async with here.at(MARCH) as doing:
        await commands.achieve(doing, made.id, achieved_on=MARCH, evidence_url="https://example.org/1")
        second = await evidence.add(doing, made.id, title="Minutes", url="https://example.org/2")
    async with here.at(MAY) as doing:
        await evidence.remove(doing, second.id)
    [(first,)] = await here.look(select(Evidence.id).where(Evidence.milestone_id == made.id))
    with pytest.raises(Refused) as refusal:
        async with here.at(MAY) as doing:
            await evidence.remove(doing, first)
    assert refusal.value.code == "EVIDENCE_REQUIRED"
    assert await here.row(Evidence, first) is not None
