"""A summary is compiled as its sponsor, and every figure can be worked out again from its source."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.access.viewers import Role, Viewer
from domain.database import Database
from domain.errors import Refused
from domain.milestones import commands as milestones
from domain.models import Milestone, Summary
from domain.summaries.content import hash_of
from domain.summaries.headline import FIGURES
from domain.summaries.reading import Reading, assemble
from domain.summaries.sections import SECTIONS
from domain.summaries.sources import Source
from graph.trusted import documents
from tests import factories as make
from tests.domain.summaries.story import HEADLINE, WINTER, Story, tell
from workers import reading
from workers.reading import answer
from workers.running import without_a_job
from workers.summaries import compile_summary

SECTION_ORDER = ["worse", "overdue", "achieved", "joinedAndLeft", "dueNext", "silent", "standing"]


async def _compile(database: Database, person_id: UUID) -> Summary:
    result = await compile_summary(database, without_a_job, str(person_id), **WINTER.as_data())
    async with database.transaction(effective_on=make.TODAY) as session:
        return await session.get_one(Summary, result["summary_id"])


@pytest.fixture
async def story(database: Database) -> Story:
    """Ada's winter."""
    return await tell(database)


@pytest.fixture
async def summary(database: Database, story: Story) -> Summary:
    """What Ada is told of it."""
    return await _compile(database, story.ada.id)


async def _asked_again(database: Database, story: Story, summary: Summary, names: Iterable[str]) -> Reading:
    """The reading that these sources alone give."""
    answers = {}
    for name in names:
        kept = summary.content["sources"][name]
        source = Source(
            kept["document"], kept["documentId"], kept["variables"], date.fromisoformat(kept["asOf"])
        )
        assert documents()[source.document].id == source.document_id
        answers[name] = await answer(database, Viewer(Role.SPONSOR, story.ada.id), source)
    return assemble(WINTER, answers)


async def test_the_headline_says_what_the_winter_came_to(summary: Summary) -> None:
    assert summary.content["headline"] == HEADLINE


async def test_each_figure_can_be_worked_out_again_from_its_source(
    database: Database, story: Story, summary: Summary
) -> None:
    again = {}
    for figure in FIGURES:
        sources = summary.content["figures"][figure.key]["sources"]
        again[figure.key] = figure.value(await _asked_again(database, story, summary, sources))
    assert again == summary.content["headline"]


async def test_each_list_can_be_worked_out_again_from_its_source(
    database: Database, story: Story, summary: Summary
) -> None:
    assert [section["key"] for section in summary.content["sections"]] == SECTION_ORDER
    by_key = {section.key: section for section in SECTIONS}
    for kept in summary.content["sections"]:
        again = await _asked_again(database, story, summary, kept["sources"])
        assert by_key[kept["key"]].items(again) == kept["items"]
        assert kept["items"]


async def test_of_what_there_is_nothing_to_tell_nothing_is_said(summary: Summary) -> None:
    named = {name for section in summary.content["sections"] for name in section["sources"]}
    named |= {name for figure in summary.content["figures"].values() for name in figure["sources"]}
    assert set(summary.content["sources"]) == named
    assert not {"sessions", "rounds", "strengthsAtEnd"} & named
    assert "Who took part" not in summary.html


async def test_what_got_worse_comes_with_the_reasons(summary: Summary) -> None:
    (hub,) = summary.content["sections"][0]["items"]
    assert hub["rating"] == {"from": "AMBER_GREEN", "to": "RED", "steps": 3}
    assert (hub["reason"], hub["reportedOn"]) == ("The builder went <bankrupt>.", "2026-03-10")
    assert [
        (slip["title"], slip["days"], [(move["reason"], move["note"]) for move in slip["moves"]])
        for slip in hub["milestones"]
    ] == [
        ("Training rooms", 30, [("RESOURCE", None)]),
        ("Planned end", 92, [("FUNDING", "Waiting for the grant.")]),
    ]


async def test_what_joined_and_left_comes_with_what_became_of_it(summary: Summary) -> None:
    told = summary.content["sections"][3]["items"]
    assert [(item["programme"]["ref"], item["change"], item["statusElsewhere"]) for item in told] == [
        ("late-start", "JOINED", None),
        ("handed-over", "LEFT", None),
        ("finished", "LEFT", "CLOSED"),
    ]


async def test_what_the_sponsor_may_not_see_is_not_in_it(summary: Summary) -> None:
    assert "alien" not in str(summary.content)
    assert "alien" not in summary.html


async def test_compiled_again_it_is_the_same_summary_with_the_same_hash(
    database: Database, story: Story, summary: Summary
) -> None:
    again = await _compile(database, story.ada.id)
    assert (again.id, again.hash, again.version) == (summary.id, summary.hash, summary.version)
    assert again.hash == hash_of(again.content)
    async with database.transaction(effective_on=make.TODAY) as session:
        assert await session.scalar(select(func.count()).select_from(Summary)) == 1


async def test_what_happens_after_the_period_does_not_change_it(
    database: Database, story: Story, summary: Summary
) -> None:
    async with make.acting(database, on=date(2026, 4, 2)) as work:
        tour = story.milestones["Tour"]
        await milestones.achieve(work, tour, achieved_on=work.on)
    assert (await _compile(database, story.ada.id)).hash == summary.hash


async def test_each_sponsor_is_told_of_their_own_programmes(database: Database, story: Story) -> None:
    told = await _compile(database, story.people["ben"].id)
    assert (told.content["headline"]["programmes"], told.content["headline"]["milestonesOverdue"]) == (1, 1)
    assert "hub" not in str(told.content["sections"])


async def test_long_lists_are_read_page_by_page(database: Database) -> None:
    async with make.acting(database, on=date(2025, 9, 1)) as work:
        ada = await make.person(work)
        hub = await make.programme(work)
        await make.sponsor(work, hub, ada)
        day = date(2026, 1, 1)
        for number in range(1001):
            work.add(Milestone(programme_id=hub.id, title=f"Step {number}", baseline_on=day, forecast_on=day))
    told = await _compile(database, ada.id)
    assert told.content["headline"]["milestonesOverdue"] == 1001


async def test_what_is_asked_for_in_portions_is_the_same(
    database: Database, story: Story, summary: Summary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of milestones that moved are more than one request may name."""
    monkeypatch.setattr(reading, "_IDS_AT_ONCE", 1)
    assert (await _compile(database, story.ada.id)).hash == summary.hash


async def test_a_summary_for_nobody_is_refused(database: Database) -> None:
    with pytest.raises(Refused) as refused:
        await _compile(database, UUID(int=1))
    assert refused.value.code == "NOT_FOUND"
