"""What a summary says of people: who took part, what rounds published, what is known of strengths; and no more."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from domain.access.viewers import Role, Viewer
from domain.assessments import closing, publication
from domain.calendar import now, today
from domain.database import Database
from domain.models import Summary
from domain.people.models import Person
from domain.strengths import consents
from domain.strengths.models import ConsentLevel
from domain.summaries import commands
from domain.summaries.content import hash_of
from domain.summaries.reading import assemble
from domain.summaries.sections import SECTIONS
from domain.summaries.sources import Source
from tests import factories as make
from tests.domain.summaries.story import WINTER
from tests.workers.people import Gathered, gather
from workers.reading import answer
from workers.running import without_a_job
from workers.summaries import compile_summary

Compile = Callable[..., Awaitable[Summary]]
_ABOUT_PEOPLE = ["participation", "assessments", "strengths"]


@pytest.fixture
async def it(database: Database) -> Gathered:
    """A winter in which people meet, are asked, and say what they are good at."""
    return await gather(database)


@pytest.fixture
def told(database: Database, it: Gathered) -> Compile:
    """What the sponsor, or somebody else, is told of the winter."""

    async def compiled(who: Person | None = None) -> Summary:
        result = await compile_summary(
            database, without_a_job, str((who or it.sponsor).id), **WINTER.as_data()
        )
        async with database.transaction(effective_on=make.TODAY) as session:
            return await session.get_one(Summary, result["summary_id"])

    return compiled


def _of(summary: Summary, key: str) -> Any:
    """The one programme, or round, of a section."""
    [section] = [each for each in summary.content["sections"] if each["key"] == key]
    [item] = section["items"]
    return item


def _keys(summary: Summary) -> list[str]:
    return [section["key"] for section in summary.content["sections"]]


async def test_people_count_for_where_they_belonged_and_cancelled_sessions_do_not_count(
    told: Compile,
) -> None:
    item = _of(await told(), "participation")
    assert item["sessions"] == {
        "held": 2,
        "heldBefore": 1,
        "withAttendance": 2,
        "modes": {"IN_PERSON": 0, "VIRTUAL": 1, "HYBRID": 1},
    }
    names = ("present", "inPerson", "virtual", "excused", "absent", "noted", "share")
    counted = {
        each["organisation"]["code"]: tuple(each[name] for name in names) for each in item["organisations"]
    }
    # One of the lead's six was the other's by the session in March.
    assert counted == {
        "FORUM-A": (11, 2, 9, 0, 0, 11, "1.000000"),
        "FORUM-B": (11, 1, 10, 1, 1, 13, "0.846154"),
    }
    everybody = item["everybody"]
    assert (everybody["before"], everybody["change"]) == (
        {"present": 9, "noted": 12, "share": "0.750000"},
        "0.166667",
    )


async def test_a_round_says_what_it_published_and_what_changed(told: Compile) -> None:
    item = _of(await told(), "assessments")
    assert (item["title"], item["publishedOn"], item["invited"], item["answered"]) == (
        "Spring",
        "2026-03-02",
        12,
        12,
    )
    assert [(each["title"], each["score"], each["band"]) for each in item["results"]] == [
        ("Everything", "4.25", None),
        ("Working together", "4.25", "Good"),
    ]
    change = item["results"][1]["change"]
    assert (change["since"], change["difference"]) == ({"title": "Autumn", "closedOn": "2025-11-10"}, "1.75")
    assert change["sentence"].endswith("11 of 12 answered, then 12 of 12.")


async def test_what_is_not_published_is_not_there(told: Compile, it: Gathered, database: Database) -> None:
    before = await told()
    assert "Not closed yet" not in str(before.content)
    async with make.acting(database, on=date(2026, 3, 25), now=make.noon(date(2026, 3, 25))) as work:
        [row_id] = it.open_rounds
        await closing.close(work, row_id)
    assert (await told()).hash == before.hash
    async with make.acting(database, on=date(2026, 3, 26)) as work:
        await publication.publish(work, row_id)
    [section] = [each for each in (await told()).content["sections"] if each["key"] == "assessments"]
    withheld, spring = section["items"]
    assert (withheld["title"], withheld["answered"], spring["title"]) == ("Not closed yet", None, "Spring")
    # Nobody answered, so nothing is told; that looks as what protects somebody does.
    assert {result["score"] for result in withheld["results"]} == {None}
    assert "how many answered is withheld" in (await told()).html


async def test_strengths_say_how_many_show_them_and_what_they_can_draw_on(told: Compile) -> None:
    item = _of(await told(), "strengths")
    assert (item["people"], item["withProfile"], item["shown"]) == (12, 12, 6)
    assert item["before"] == {"people": 12, "withProfile": 6, "shown": 3}
    [shared] = item["shares"]
    assert [(each["title"], each["share"]) for each in shared["clusters"]] == [
        ("Head", "0.600000"),
        ("Hand", "0.400000"),
    ]
    [release] = item["releases"]
    assert (release["team"], release["countedOn"], release["people"]) == ("Forum", "2026-03-15", 12)
    assert release["counts"][0] == {"title": "Making", "people": 8}


async def test_who_withdraws_is_gone_from_every_later_summary(
    told: Compile, it: Gathered, database: Database
) -> None:
    first = await told()
    issued = await _issue(database, first)
    async with make.acting(database, on=date(2026, 4, 20)) as work:
        await consents.withdraw(work, it.asked.people[0])
        await consents.withdraw(work, it.asked.people[6])
    later = await told()
    item = _of(later, "strengths")
    assert (item["shown"], item["before"]["shown"]) == (4, 2)
    # Four show theirs now: shares of so few could be somebody's.
    assert item["shares"] == []
    assert later.revision == issued.revision + 1
    async with database.transaction(effective_on=make.TODAY) as session:
        kept = await session.get_one(Summary, first.id)
        assert (kept.hash, kept.html, kept.content) == (first.hash, first.html, first.content)


async def _issue(database: Database, summary: Summary) -> Summary:
    async with make.acting(database, on=today(), now=now()) as work:
        await commands.review(work, summary.id)
        return await commands.issue(work, summary.id)


async def test_nobody_is_named_and_nothing_says_who_answered(told: Compile) -> None:
    summary = await told()
    sections = str([each for each in summary.content["sections"] if each["key"] in _ABOUT_PEOPLE])
    assert not re.search(r"Person \d", sections + summary.html)
    assert "example.org" not in sections


async def test_a_sponsor_of_another_programme_is_told_nothing_of_it(told: Compile, it: Gathered) -> None:
    summary = await told(it.stranger)
    assert not set(_ABOUT_PEOPLE) & set(_keys(summary))
    assert "forum" not in str(summary.content)
    assert not {"sessions", "rounds", "strengthsAtEnd"} & summary.content["sources"].keys()


async def test_each_section_can_be_worked_out_again_from_its_sources(
    told: Compile, it: Gathered, database: Database
) -> None:
    summary = await told()
    assert _keys(summary)[-3:] == _ABOUT_PEOPLE
    rules = {section.key: section for section in SECTIONS}
    for kept in summary.content["sections"][-3:]:
        answers = {}
        for name in kept["sources"]:
            source = summary.content["sources"][name]
            answers[name] = await answer(
                database,
                Viewer(Role.SPONSOR, it.sponsor.id),
                Source(
                    source["document"],
                    source["documentId"],
                    source["variables"],
                    date.fromisoformat(source["asOf"]),
                ),
            )
        assert rules[kept["key"]].items(assemble(WINTER, answers)) == kept["items"]


async def test_the_same_gives_the_same_hash_and_what_comes_later_changes_nothing(
    told: Compile, it: Gathered, database: Database
) -> None:
    first = await told()
    assert first.hash == hash_of(first.content)
    async with make.acting(database, on=date(2026, 4, 20)) as work:
        await consents.give(work, it.asked.people[3], level=ConsentLevel.PROGRAMME, note="Later")
    again = await told()
    assert (again.id, again.hash, again.version) == (first.id, first.hash, first.version)


async def test_the_page_says_it_in_words(told: Compile) -> None:
    words = " ".join(re.sub(r"<[^>]+>", " ", (await told()).html).split())
    for said in (
        "2 sessions were held: 1 online, 1 both at once. In as many days before it was 1.",
        "92 % Before: 75 %, 9 of 12",
        "Published on 2 March 2026. 12 of 12 answered.",
        "and what changed since “Autumn”, closed on 10 November 2025",
        "Of 12 people in its teams, 12 have a profile, and 6 show it to the programme.",
        "At the start it was 6 and 3, of 12.",
        "(A small one): Head 60 %, Hand 40 %.",
        "over the whole team “Forum”, 12 people: Making 8",
    ):
        assert said in words
