"""What the calendar has the worker do."""

from datetime import date

from sqlalchemy import select

from domain.calendar import today
from domain.models import Job
from domain.people.models import SummaryFrequency
from domain.summaries.period import Period
from tests import factories as make
from workers.schedule import request_scheduled_summaries


async def test_the_last_month_is_asked_for_once(database):
    async with make.acting(database, on=date(2024, 1, 1)) as work:
        ada = await make.person(work, summary_frequency=SummaryFrequency.MONTHLY)
        await make.sponsor(work, await make.programme(work), ada)
    for _ in range(2):
        await request_scheduled_summaries({"database": database})
    async with database.transaction(effective_on=today()) as session:
        (job,) = await session.scalars(select(Job))
    assert job.arguments == {"person_id": str(ada.id), **Period.last_month(today()).as_data()}
