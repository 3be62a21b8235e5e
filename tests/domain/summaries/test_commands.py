"""Asking for summaries, keeping what was compiled, reviewing and issuing it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, func, select

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.calendar import today
from domain.database import Database
from domain.errors import Refused
from domain.models import Job, JournalEntry, Summary
from domain.people import commands as people
from domain.people.models import Person, SummaryFrequency
from domain.summaries import commands
from domain.summaries.content import hash_of
from domain.summaries.models import SummaryState
from domain.work import work
from tests import factories as make

Step = Callable[..., Awaitable[Summary]]
"""A command that takes a summary by its id."""

PERIOD = {"period_from": date(2025, 12, 31), "period_to": date(2026, 3, 31)}
FIRST = {"headline": {"programmes": 1}}
SECOND = {"headline": {"programmes": 2}}


def _now(viewer: Viewer = ADMINISTRATOR) -> dict[str, Any]:
    return {"viewer": viewer, "on": make.TODAY}


@pytest.fixture
async def hub(database: Database) -> make.Joint:
    """A programme with a sponsor for each of its two organisations."""
    async with make.acting(database) as acting:
        return await make.joint(acting)


async def _store(database: Database, person: Person, content: dict[str, Any], **period: date) -> Summary:
    async with make.acting(database, **_now(make.as_sponsor(person))) as acting:
        return await commands.store(
            acting, person_id=person.id, **(PERIOD | period), content=content, html="<p>"
        )


async def _move(database: Database, command: Step, summary: Summary, **given: Any) -> Summary:
    async with make.acting(database, **_now()) as acting:
        return await command(acting, summary.id, **given)


async def _count(database: Database, model: type[Any], *conditions: ColumnElement[bool]) -> int:
    async with database.transaction(effective_on=make.TODAY) as session:
        return await session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


async def _request(
    database: Database, person_id: UUID, viewer: Viewer = ADMINISTRATOR, **period: date
) -> Job:
    async with make.acting(database, **_now(viewer)) as acting:
        return await commands.request(acting, person_id=person_id, **(PERIOD | period))


async def test_a_request_leaves_a_job_and_a_journal_entry(database: Database, hub: make.Joint) -> None:
    job = await _request(database, hub.lead_sponsor.id)
    assert job.function == commands.COMPILE
    assert job.arguments == {
        "person_id": str(hub.lead_sponsor.id),
        "period_from": "2025-12-31",
        "period_to": "2026-03-31",
    }
    assert await _count(database, JournalEntry, JournalEntry.command == "summary.requested") == 1


async def test_the_same_request_twice_is_one_job(database: Database, hub: make.Joint) -> None:
    first = await _request(database, hub.lead_sponsor.id)
    second = await _request(database, hub.lead_sponsor.id, make.as_sponsor(hub.lead_sponsor))
    assert first.id == second.id
    assert await _count(database, Job) == 1


@pytest.mark.parametrize(
    ("case", "whose", "viewer", "period", "code"),
    [
        (
            "a colleague may not ask",
            "lead_sponsor",
            "other_sponsor",
            {},
            "FORBIDDEN",
        ),
        ("a stranger is told there is nobody", "lead_sponsor", "stranger", {}, "NOT_FOUND"),
        ("nobody", None, None, {}, "NOT_FOUND"),
        (
            "before the seat",
            "lead_sponsor",
            None,
            {"period_from": date(2020, 1, 1), "period_to": date(2020, 2, 1)},
            "NO_SEAT",
        ),
        ("backwards", "lead_sponsor", None, {"period_from": date(2026, 4, 1)}, "PERIOD_WITHOUT_DAYS"),
        ("not over", "lead_sponsor", None, {"period_to": date(2026, 6, 2)}, "PERIOD_IN_FUTURE"),
    ],
)
async def test_a_request_that_is_refused_leaves_nothing(
    database: Database,
    hub: make.Joint,
    *,
    case: str,
    whose: str | None,
    viewer: str | None,
    period: dict[str, date],
    code: str,
) -> None:
    person_id = getattr(hub, whose).id if whose else uuid4()
    who = getattr(hub, viewer).id if viewer and viewer != "stranger" else uuid4()
    acting = Viewer(Role.SPONSOR, who) if viewer else ADMINISTRATOR
    with pytest.raises(Refused) as refused:
        await _request(database, person_id, acting, **period)
    assert refused.value.code == code
    assert await _count(database, Job) == 0


async def test_what_was_compiled_is_kept_with_its_hash(database: Database, hub: make.Joint) -> None:
    kept = await _store(database, hub.lead_sponsor, FIRST)
    assert (kept.revision, kept.state, kept.hash) == (1, SummaryState.DRAFT, hash_of(FIRST))
    assert kept.compiled_at == make.NOW


async def test_the_journal_names_the_compile_and_does_not_repeat_it(
    database: Database, hub: make.Joint
) -> None:
    kept = await _store(database, hub.lead_sponsor, FIRST)
    async with database.transaction(effective_on=make.TODAY) as session:
        entry = await session.scalar(select(JournalEntry).where(JournalEntry.subject_id == kept.id))
    assert entry is not None
    assert entry.changes == {"revision": [None, 1], "hash": [None, kept.hash]}


async def test_the_same_content_changes_nothing(database: Database, hub: make.Joint) -> None:
    first = await _store(database, hub.lead_sponsor, FIRST)
    await _move(database, commands.review, first)
    again = await _store(database, hub.lead_sponsor, FIRST)
    assert (again.id, again.version, again.state) == (first.id, 2, SummaryState.REVIEWED)


async def test_other_content_brings_a_draft_up_to_date(database: Database, hub: make.Joint) -> None:
    first = await _store(database, hub.lead_sponsor, FIRST)
    again = await _store(database, hub.lead_sponsor, SECOND)
    assert (again.id, again.revision, again.content) == (first.id, 1, SECOND)


async def test_other_content_makes_a_draft_of_what_was_reviewed(database: Database, hub: make.Joint) -> None:
    first = await _store(database, hub.lead_sponsor, FIRST)
    await _move(database, commands.review, first)
    again = await _store(database, hub.lead_sponsor, SECOND)
    assert (again.id, again.state, again.reviewed_at) == (first.id, SummaryState.DRAFT, None)


async def test_what_was_issued_never_changes(database: Database, hub: make.Joint) -> None:
    first = await _store(database, hub.lead_sponsor, FIRST)
    await _move(database, commands.review, first)
    await _move(database, commands.issue, first)
    same = await _store(database, hub.lead_sponsor, FIRST)
    assert (same.id, same.state) == (first.id, SummaryState.ISSUED)
    next_one = await _store(database, hub.lead_sponsor, SECOND)
    assert (next_one.revision, next_one.state) == (2, SummaryState.DRAFT)
    async with database.transaction(effective_on=make.TODAY) as session:
        issued = await session.get_one(Summary, first.id)
    assert (issued.content, issued.state) == (FIRST, SummaryState.ISSUED)


async def test_compiles_at_the_same_moment_leave_one_summary(database: Database, hub: make.Joint) -> None:
    contents = [FIRST, SECOND, FIRST, SECOND, FIRST, FIRST]
    await asyncio.gather(*(_store(database, hub.lead_sponsor, content) for content in contents))
    assert await _count(database, Summary) == 1


async def test_each_sponsor_and_period_has_a_summary_of_its_own(database: Database, hub: make.Joint) -> None:
    await _store(database, hub.lead_sponsor, FIRST)
    await _store(database, hub.other_sponsor, FIRST)
    await _store(database, hub.lead_sponsor, FIRST, period_from=date(2025, 9, 30))
    assert await _count(database, Summary) == 3


async def test_review_and_issue_say_when(database: Database, hub: make.Joint) -> None:
    draft = await _store(database, hub.lead_sponsor, FIRST)
    reviewed = await _move(database, commands.review, draft, expected_version=1)
    assert (reviewed.state, reviewed.reviewed_at) == (SummaryState.REVIEWED, make.NOW)
    issued = await _move(database, commands.issue, draft, expected_version=2)
    assert (issued.state, issued.issued_at) == (SummaryState.ISSUED, make.NOW)


@pytest.mark.parametrize(
    ("case", "before", "command", "given", "code"),
    [
        ("reviewed twice", [commands.review], commands.review, {}, "ALREADY_REVIEWED"),
        ("issued unread", [], commands.issue, {}, "NOT_REVIEWED"),
        ("issued twice", [commands.review, commands.issue], commands.issue, {}, "ALREADY_ISSUED"),
        (
            "reviewed after it was issued",
            [commands.review, commands.issue],
            commands.review,
            {},
            "ALREADY_ISSUED",
        ),
        ("somebody was quicker", [commands.review], commands.issue, {"expected_version": 1}, "STALE"),
    ],
)
async def test_a_step_that_is_refused_changes_nothing(
    database: Database,
    hub: make.Joint,
    *,
    case: str,
    before: list[Step],
    command: Step,
    given: dict[str, Any],
    code: str,
) -> None:
    summary = await _store(database, hub.lead_sponsor, FIRST)
    for step in before:
        summary = await _move(database, step, summary)
    with pytest.raises(Refused) as refused:
        await _move(database, command, summary, **given)
    assert refused.value.code == code
    async with database.transaction(effective_on=make.TODAY) as session:
        after = await session.get_one(Summary, summary.id)
    assert (after.version, after.state) == (summary.version, summary.state)


@pytest.mark.parametrize("command", [commands.review, commands.issue])
@pytest.mark.parametrize(
    ("case", "who", "code"),
    [
        ("a sponsor reads, and does not judge", "lead_sponsor", "FORBIDDEN"),
        ("another sponsor does not know of it", "other_sponsor", "NOT_FOUND"),
    ],
)
async def test_sponsors_neither_review_nor_issue(
    database: Database, hub: make.Joint, *, command: Step, case: str, who: str, code: str
) -> None:
    summary = await _store(database, hub.lead_sponsor, FIRST)
    with pytest.raises(Refused) as refused:
        async with make.acting(database, **_now(make.as_sponsor(getattr(hub, who)))) as acting:
            await command(acting, summary.id)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("day", "monthly", "quarterly"),
    [
        (date(2026, 4, 1), ("2026-02-28", "2026-03-31"), ("2025-12-31", "2026-03-31")),
        (date(2026, 5, 1), ("2026-03-31", "2026-04-30"), None),
    ],
)
async def test_the_calendar_asks_for_what_each_sponsor_wants(
    database: Database,
    hub: make.Joint,
    day: date,
    monthly: tuple[str, str],
    quarterly: tuple[str, str] | None,
) -> None:
    async with make.acting(database) as acting:
        await people.update(acting, hub.lead_sponsor.id, summary_frequency=SummaryFrequency.MONTHLY)
        silent = await make.person(acting, "Cy Oh", summary_frequency=SummaryFrequency.ON_REQUEST)
        await make.sponsor(acting, hub.programme, silent)
        await make.person(acting, "Nobody At All")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for expected in (1 if quarterly is None else 2, 0):
        async with work(database, ADMINISTRATOR, now=noon) as acting:
            assert await commands.request_scheduled(acting) == expected
    async with database.transaction(effective_on=today(noon)) as session:
        jobs = [job.arguments for job in await session.scalars(select(Job))]
    wanted = [(hub.lead_sponsor, monthly), (hub.other_sponsor, quarterly)]
    assert sorted((job["person_id"], job["period_from"], job["period_to"]) for job in jobs) == sorted(
        (str(person.id), *period) for person, period in wanted if period
    )


async def test_the_calendar_does_not_repeat_what_was_compiled(database: Database, hub: make.Joint) -> None:
    noon = datetime(2026, 4, 1, 12, tzinfo=UTC)
    async with work(database, ADMINISTRATOR, now=noon) as acting:
        await commands.request_scheduled(acting)
        for job in await acting.session.scalars(select(Job)):
            job.done_at = noon
    async with work(database, ADMINISTRATOR, now=noon) as acting:
        assert await commands.request_scheduled(acting) == 0
