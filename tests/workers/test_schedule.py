"""What the calendar has the worker do."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from domain.access.viewers import ADMINISTRATOR
from domain.assessments.round_models import Round, RoundState
from domain.calendar import now, today
from domain.database import Database
from domain.models import PORTFOLIO_CHANGES, PORTFOLIO_TOTALS, Job, ScheduleRun
from domain.people.models import SummaryFrequency
from domain.schedule import Daily, Every, Rule
from domain.summaries.period import Period
from domain.work import Work, work
from tests import factories as make
from tests.domain.assessments.rounds import ONCE, asked_team
from workers import schedule
from workers.schedule import SCHEDULE, Line, keep, scheduling

_BY_NAME = {line.name: line for line in SCHEDULE}


async def _do(database: Database, name: str) -> None:
    async with work(database, ADMINISTRATOR, now=now()) as scheduled:
        await _BY_NAME[name].act(scheduled)


async def test_the_last_month_is_asked_for_once(database: Database) -> None:
    async with make.acting(database, on=date(2024, 1, 1)) as work:
        ada = await make.person(work, summary_frequency=SummaryFrequency.MONTHLY)
        await make.sponsor(work, await make.programme(work), ada)
    for _ in range(2):
        await _do(database, "request summaries")
    async with database.transaction(effective_on=today()) as session:
        (job,) = await session.scalars(select(Job))
    assert job.arguments == {"person_id": str(ada.id), **Period.last_month(today()).as_data()}


async def test_a_round_whose_last_day_has_passed_is_closed_once_and_published(database: Database) -> None:
    it = await asked_team(database)
    row = await it.open(closes_on=ONCE)
    for _ in range(2):
        await _do(database, "close rounds")
    async with database.transaction(effective_on=today()) as session:
        row = await session.get_one(Round, row.id)
        [job] = await session.scalars(select(Job))
    assert (row.state, row.closed_on) == (RoundState.CLOSED, ONCE)
    assert (job.function, job.arguments) == ("publish_round", {"round_id": str(row.id)})


async def test_what_changed_in_the_portfolio_is_added_up(database: Database) -> None:
    async with make.acting(database) as work:
        await make.programme(work)
    await _do(database, "add up portfolio")
    async with database.transaction(effective_on=today()) as session:
        left, added = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (PORTFOLIO_CHANGES, PORTFOLIO_TOTALS)
        ]
    assert left == 0
    assert added


async def test_a_job_that_was_done_long_ago_goes(database: Database) -> None:
    async with make.acting(database) as work:
        for days in (89, 91):
            await work.enqueue("compile_summary", f"summary:{days}")
            done = update(Job).where(Job.key == f"summary:{days}")
            await work.session.execute(done.values(done_at=now() - timedelta(days=days)))
    await _do(database, "tidy")
    async with database.transaction(effective_on=today()) as session:
        assert (await session.scalars(select(Job.key))).all() == ["summary:89"]


NIGHTS = pytest.mark.parametrize(
    "evening", [datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)]
)
MINUTE = timedelta(minutes=1)


def _counting(due: Rule, kept: list[datetime]) -> Line:
    async def act(scheduled: Work) -> None:
        kept.append(scheduled.now)

    return Line("counting", due, act)


@NIGHTS
async def test_a_job_each_minute_is_kept_each_minute_of_a_night_in_which_the_clocks_change(
    database: Database, evening: datetime
) -> None:
    kept: list[datetime] = []
    line = _counting(Every(MINUTE), kept)
    moments = [evening + MINUTE * count for count in range(6 * 60)]
    for moment in moments:
        for second in (0, 20, 40):
            await keep(database, line, at=moment + timedelta(seconds=second))
    # The first is when the line was new.
    assert kept == moments[1:]


@NIGHTS
async def test_a_time_in_london_is_kept_once_in_a_night_in_which_the_clocks_change(
    database: Database, evening: datetime
) -> None:
    kept: list[datetime] = []
    line = _counting(Daily(time(1, 30)), kept)
    for count in range(6 * 60):
        await keep(database, line, at=evening + MINUTE * count)
    # 01:30 is skipped on 28 March, and comes twice on 31 October.
    assert kept == [
        datetime(2027, 3, 28, 1, tzinfo=UTC)
        if evening.month == 3
        else datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    ]


async def test_a_clock_that_is_set_back_does_nothing_twice(database: Database) -> None:
    kept: list[datetime] = []
    line, noon = _counting(Every(MINUTE), kept), datetime(2027, 5, 1, 12, tzinfo=UTC)
    for minutes in (0, 1, 2, -30, 1, 2, 3):
        await keep(database, line, at=noon + MINUTE * minutes)
    assert kept == [noon + MINUTE * minutes for minutes in (1, 2, 3)]


async def test_after_an_outage_the_latest_occurrence_is_made_up_for(database: Database) -> None:
    kept: list[datetime] = []
    line, noon = _counting(Every(MINUTE), kept), datetime(2027, 5, 1, 12, tzinfo=UTC)
    for at in (noon, noon + timedelta(days=3, seconds=10), noon + timedelta(days=3, seconds=20)):
        await keep(database, line, at=at)
    assert kept == [noon + timedelta(days=3, seconds=10)]


async def test_two_at_the_same_moment_keep_it_once(database: Database) -> None:
    kept: list[datetime] = []
    line, noon = _counting(Every(MINUTE), kept), datetime(2027, 5, 1, 12, tzinfo=UTC)
    await keep(database, line, at=noon)
    for minutes in range(1, 11):
        at = noon + MINUTE * minutes
        done = await asyncio.gather(*(keep(database, line, at=at) for _ in range(4)))
        assert sum(done) == 1
    assert len(kept) == 10


async def test_one_that_fails_is_left_to_whoever_looks_next(database: Database) -> None:
    async def act(scheduled: Work) -> None:
        raise RuntimeError

    kept: list[datetime] = []
    due, noon = Every(MINUTE), datetime(2027, 5, 1, 12, tzinfo=UTC)
    await keep(database, _counting(due, kept), at=noon)
    with pytest.raises(RuntimeError):
        await keep(database, Line("counting", due, act), at=noon + MINUTE)
    assert await keep(database, _counting(due, kept), at=noon + MINUTE)


async def test_a_line_that_fails_says_so_and_is_kept_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[datetime] = []
    done = asyncio.Event()

    async def act(scheduled: Work) -> None:
        tries.append(scheduled.now)
        if len(tries) == 1:
            raise RuntimeError
        if len(tries) == 2:
            raise ConnectionError
        done.set()

    line = Line("failing", Every(timedelta(days=1)), act)
    async with database.transaction(effective_on=today()) as session:
        session.add(ScheduleRun(name=line.name, occurred_at=datetime(2026, 1, 1, tzinfo=UTC)))
    monkeypatch.setattr(schedule, "SCHEDULE", (line,))
    monkeypatch.setattr(schedule, "_AGAIN_AFTER_S", 0)
    monkeypatch.setattr(schedule, "_LOOK_EVERY_S", 0.01)
    with capture_logs() as logs:
        async with scheduling(database):
            await asyncio.wait_for(done.wait(), 20)
    assert [entry["event"] for entry in logs] == ["failed", "interrupted"]
