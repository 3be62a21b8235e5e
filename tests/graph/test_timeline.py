"""The timeline of a programme: what stands on which day, in which order, for whom, then and now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, time
from typing import Any

import orjson
import pytest

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.cohorts import commands as cohorts
from domain.database import Database
from domain.milestones import commands as milestones
from domain.models import StrengthsFramework
from domain.sessions import commands as sessions
from domain.sessions.models import SessionMode
from domain.strengths import consents, frameworks, profiles
from domain.strengths.models import ConsentLevel
from graph.asking import execute
from tests import factories
from tests.domain.assessments.rounds import ONCE, Asked, asked_team, both
from tests.domain.strengths.test_frameworks import FILE
from tests.factories import NOW, START, TODAY, acting, as_sponsor

TIMELINE = """query Q %s { programme(ref: "forum") { timeline(%s) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { kind on title members withProfile shown
            milestone { title } session { title } round { title } } } } }"""
JANUARY, APRIL = date(2026, 1, 12), date(2026, 4, 20)

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def forum(database: Database) -> Asked:
    """A forum with a milestone achieved on the day of a session and of a whole round, and profiles in two months."""
    made = await asked_team(database, 6)
    async with acting(database) as work:
        kept = await factories.milestone(work, made.programme, "Agreement signed", baseline_on=ONCE)
        gone = await factories.milestone(work, made.programme, "Newsletter", baseline_on=ONCE)
        cohort = await cohorts.create(work, made.programme.id, name="Reps", starts_on=START)
        framework = await frameworks.store(work, file=FILE)
    async with acting(database, on=ONCE) as work:
        await milestones.achieve(work, kept.id, achieved_on=ONCE)
        await milestones.cancel(work, gone.id, note="Nobody read it.")
        # It begins at half past midnight in London, which is the day before in UTC in summer.
        for title, held_on in (("First day", ONCE), ("Summer day", date(2026, 7, 1)), ("No day", ONCE)):
            session = await sessions.plan(
                work, made.programme.id, title=title, cohort_ids=[cohort.id], mode=SessionMode.VIRTUAL,
                held_on=held_on, begins=time(0, 30), minutes=60, link="https://example.org/meet",
            )  # fmt: skip
    async with acting(database, on=ONCE) as work:
        await sessions.cancel(work, session.id, because="Nobody can come.")
    await made.ask("Spring", [both(3, 3)] * 6)
    for number, on in ((0, JANUARY), (1, JANUARY), (2, APRIL)):
        await _assess(made, framework, number, on)
    return made


async def _assess(made: Asked, framework: StrengthsFramework, number: int, on: date) -> None:
    async with acting(made.database, on=on) as work:
        person = made.people[number]
        await profiles.record(work, person, framework_id=framework.id, assessed_on=on, strengths=["thinking"])
        if number:
            await consents.give(work, person, level=ConsentLevel.PROGRAMME, note="By e-mail")


@pytest.fixture
def ask(forum: Asked) -> Ask:
    async def asked(
        arguments: str = "first: 50", as_of: date | None = None, *, viewer: Viewer = ADMINISTRATOR
    ) -> Any:
        query = TIMELINE % (f'@asOf(date: "{as_of}")' if as_of else "", arguments)
        answer = await execute(forum.database, viewer, query=query, now=NOW)
        programme = orjson.loads(answer.body)["data"]["programme"]
        return programme and programme["timeline"]

    return asked


def _short(found: Any) -> list[tuple[Any, ...]]:
    return [(node["on"], node["kind"], node["title"]) for node in found["nodes"]]


WHOLE = [
    ("2026-02-01", "STRENGTHS_COVERAGE", "Strengths coverage"),
    ("2026-03-02", "MILESTONE", "Agreement signed"),
    ("2026-03-02", "SESSION", "First day"),
    ("2026-03-02", "ROUND_OPENING", "Spring"),
    ("2026-03-02", "ROUND_CLOSING", "Spring"),
    ("2026-03-02", "ROUND_PUBLICATION", "Spring"),
    ("2026-05-01", "STRENGTHS_COVERAGE", "Strengths coverage"),
    ("2026-06-30", "MILESTONE", "Doors open"),
    ("2026-07-01", "SESSION", "Summer day"),
]


async def test_everything_stands_on_its_day_in_order(ask: Ask) -> None:
    found = await ask()
    assert _short(found) == WHOLE
    assert found["totalCount"] == len(WHOLE)
    for node in found["nodes"]:
        records = [node[name] for name in ("milestone", "session", "round") if node[name]]
        coverage = [node[name] for name in ("members", "withProfile", "shown")]
        assert records == ([] if node["kind"] == "STRENGTHS_COVERAGE" else [{"title": node["title"]}])
        assert (coverage == [None] * 3) is bool(records)


async def test_coverage_has_the_figures_of_the_days_on_which_they_changed(ask: Ask, forum: Asked) -> None:
    only = "filter: {kind: {eq: STRENGTHS_COVERAGE}}"
    figures = [(n["on"], n["members"], n["withProfile"], n["shown"]) for n in (await ask(only))["nodes"]]
    assert figures == [("2026-02-01", 6, 2, 1), ("2026-05-01", 6, 3, 2)]
    async with acting(forum.database, on=TODAY) as work:
        await consents.withdraw(work, forum.people[1])
    figures = [(n["on"], n["members"], n["withProfile"], n["shown"]) for n in (await ask(only))["nodes"]]
    assert figures == [("2026-02-01", 6, 2, 0), ("2026-05-01", 6, 3, 1)]


async def test_the_latest_coverage_says_the_same_as_the_programme(ask: Ask, forum: Asked) -> None:
    [latest] = (await ask("last: 1, filter: {kind: {eq: STRENGTHS_COVERAGE}}"))["nodes"]
    query = '{ programme(ref: "forum") { strengths { people withProfile shown } } }'
    answer = await execute(forum.database, ADMINISTRATOR, query=query, now=NOW)
    strengths = orjson.loads(answer.body)["data"]["programme"]["strengths"]
    assert [strengths[name] for name in ("people", "withProfile", "shown")] == [
        latest[name] for name in ("members", "withProfile", "shown")
    ]


async def test_coverage_stands_on_the_date_of_the_question_too_if_it_changed_in_its_month(ask: Ask) -> None:
    only = "filter: {kind: {eq: STRENGTHS_COVERAGE}}"
    assert [node["on"] for node in (await ask(only, date(2026, 1, 20)))["nodes"]] == ["2026-01-20"]
    assert [node["on"] for node in (await ask(only, date(2026, 1, 11)))["nodes"]] == []


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("words", [
    ("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage"),
])  # fmt: skip
async def test_pages_cover_it_both_ways(ask: Ask, size: int, words: tuple[str, ...]) -> None:
    first, after, end, more = words
    pages: list[Any] = []
    page = await ask(f"{first}: {size}")
    while page["pageInfo"][more]:
        pages.append(_short(page))
        page = await ask(f'{first}: {size}, {after}: "{page["pageInfo"][end]}"')
    pages.append(_short(page))
    in_turn = pages if first == "first" else reversed(pages)
    assert [entry for page in in_turn for entry in page] == WHOLE


@pytest.mark.parametrize(
    ("narrowed", "kept"),
    [
        ("{kind: {in: [SESSION, MILESTONE]}}", [1, 2, 7, 8]),
        ('{on: {gt: "2026-03-02"}}', [6, 7, 8]),
        ('{on: {gte: "2026-03-02", lte: "2026-06-30"}, kind: {ne: MILESTONE}}', [2, 3, 4, 5, 6]),
        ('{title: {contains: "day"}}', [2, 8]),
        ("{milestone: {status: {eq: ACHIEVED}}}", [1]),
        ("{round: {state: {eq: PUBLISHED}}}", [3, 4, 5]),
        ("{or: [{session: {mode: {eq: VIRTUAL}}}, {kind: {eq: ROUND_CLOSING}}]}", [2, 4, 8]),
    ],
)
async def test_filters(ask: Ask, narrowed: str, kept: list[int]) -> None:
    assert _short(await ask(f"filter: {narrowed}")) == [WHOLE[place] for place in kept]


async def test_as_of_a_past_date(ask: Ask) -> None:
    found = await ask(as_of=date(2026, 3, 1))
    assert _short(found) == [
        ("2026-02-01", "STRENGTHS_COVERAGE", "Strengths coverage"),
        ("2026-03-02", "MILESTONE", "Agreement signed"),
        ("2026-03-02", "MILESTONE", "Newsletter"),
        ("2026-06-30", "MILESTONE", "Doors open"),
    ]


async def test_an_open_round_stands_on_the_day_on_which_it_will_close(ask: Ask, forum: Asked) -> None:
    await forum.open("Autumn", on=APRIL, closes_on=date(2026, 9, 30))
    found = _short(await ask('filter: {title: {eq: "Autumn"}}'))
    assert found == [("2026-04-20", "ROUND_OPENING", "Autumn"), ("2026-09-30", "ROUND_CLOSING", "Autumn")]


async def test_it_is_seen_by_those_who_see_the_programme(ask: Ask, forum: Asked) -> None:
    async with acting(forum.database) as work:
        seat = await factories.person(work, "Sue Seat")
        await factories.sponsor(work, forum.programme, seat)
        stranger = await factories.person(work, "Sam Stranger")
        await factories.sponsor(work, await factories.programme(work, "hub"), stranger)
    assert _short(await ask(viewer=as_sponsor(seat))) == WHOLE
    assert await ask(viewer=as_sponsor(stranger)) is None
