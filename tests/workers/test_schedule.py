"""What the calendar has the worker do."""

from datetime import date

from sqlalchemy import func, select

from domain.assessments.round_models import Round, RoundState
from domain.calendar import today
from domain.database import Database
from domain.models import PORTFOLIO_CHANGES, PORTFOLIO_TOTALS, Job
from domain.people.models import SummaryFrequency
from domain.summaries.period import Period
from tests import factories as make
from tests.domain.assessments.rounds import ONCE, asked_team
from workers.schedule import add_up_portfolio, close_rounds, request_scheduled_summaries


async def test_the_last_month_is_asked_for_once(database: Database) -> None:
    async with make.acting(database, on=date(2024, 1, 1)) as work:
        ada = await make.person(work, summary_frequency=SummaryFrequency.MONTHLY)
        await make.sponsor(work, await make.programme(work), ada)
    for _ in range(2):
        await request_scheduled_summaries({"database": database})
    async with database.transaction(effective_on=today()) as session:
        (job,) = await session.scalars(select(Job))
    assert job.arguments == {"person_id": str(ada.id), **Period.last_month(today()).as_data()}


async def test_a_round_whose_last_day_has_passed_is_closed_once_and_published(database: Database) -> None:
    it = await asked_team(database)
    row = await it.open(closes_on=ONCE)
    for _ in range(2):
        await close_rounds({"database": database})
    async with database.transaction(effective_on=today()) as session:
        row = await session.get_one(Round, row.id)
        [job] = await session.scalars(select(Job))
    assert (row.state, row.closed_on) == (RoundState.CLOSED, ONCE)
    assert (job.function, job.arguments) == ("publish_round", {"round_id": str(row.id)})


async def test_what_changed_in_the_portfolio_is_added_up(database: Database) -> None:
    async with make.acting(database) as work:
        await make.programme(work)
    await add_up_portfolio({"database": database})
    async with database.transaction(effective_on=today()) as session:
        left, added = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (PORTFOLIO_CHANGES, PORTFOLIO_TOTALS)
        ]
    assert left == 0
    assert added
