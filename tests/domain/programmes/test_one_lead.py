"""On any date from the first on, a programme has exactly one lead, whatever is done to its partners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, func, literal, select

from domain.database import Database
from domain.errors import Refused
from domain.models import Organisation, Partner
from domain.moment import Moment
from domain.organisations import commands as organisations
from domain.programmes import partners
from domain.programmes.leads import leads
from domain.programmes.models import PartnerRole
from domain.work import Work
from tests.factories import START, acting, organisation, programme
from tests.refusals import refused

Step = tuple[Any, ...]
"""The name of a command and what it is given; organisations and partners stand as numbers."""

BODIES = 4
LAST = 30

_days = st.integers(0, LAST).map(lambda days: START + timedelta(days=days))
_bodies = st.integers(0, BODIES - 1)
_some_partner = st.integers(0, 9)
_steps = st.one_of(
    st.tuples(st.just("lead"), _bodies, _days),
    st.tuples(st.just("add"), _bodies, _days),
    st.tuples(st.just("end"), _some_partner, _days),
    st.tuples(st.just("succeed"), _bodies, _bodies, _days),
    st.tuples(st.just("assign"), _some_partner, _bodies),
)


async def _take(work: Work, programme_id: UUID, bodies: Sequence[UUID], step: Step) -> None:
    match step:
        case ("lead", body, day):
            await partners.change_lead(work, programme_id, organisation_id=bodies[body], starts_on=day)
        case ("add", body, day):
            role = PartnerRole.PARTNER
            await partners.add(work, programme_id, organisation_id=bodies[body], role=role, starts_on=day)
        case ("end", number, day):
            await partners.end(work, await _partner(work, programme_id, number), ends_on=day)
        case ("succeed", before, after, day):
            await organisations.succeed(work, bodies[before], successor_id=bodies[after], on=day)
        case ("assign", number, body):
            partner_id = await _partner(work, programme_id, number)
            await partners.assign(work, partner_id, organisation_id=bodies[body])


async def _partner(work: Work, programme_id: UUID, number: int) -> UUID:
    ids = await work.session.scalars(
        select(Partner.id).where(Partner.programme_id == programme_id).order_by(Partner.id)
    )
    known = ids.all()
    return known[number % len(known)]


async def _leads_on_each_day(work: Work, programme_id: UUID, *, past: bool) -> list[int]:
    counted = []
    for days in range(LAST + 1):
        at = Moment(on=literal(START + timedelta(days=days)), past=past)
        partner = at.rows(Partner)
        condition = and_(partner.programme_id == programme_id, leads(partner, at))
        counted.append(select(func.count()).select_from(partner).where(condition).scalar_subquery())
    return list((await work.session.execute(select(*counted))).one())


@given(st.lists(st.tuples(st.integers(0, 9), _steps), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_there_is_exactly_one_lead_on_every_day(
    database: Database, story: list[tuple[int, Step]]
) -> None:
    """Each step takes effect some days after the one before; what is refused changes nothing."""
    tag = uuid4().hex[:8].upper()
    async with acting(database) as work:
        bodies = [(await organisation(work, f"{tag}-{n}")).id for n in range(BODIES)]
        lead = await work.find(Organisation, bodies[0])
        made = await programme(work, f"p{tag}", lead=lead)
    on = START
    for later, step in story:
        on += timedelta(days=later)
        try:
            async with acting(database, on=on) as work:
                await _take(work, made.id, bodies, step)
        except Refused:
            continue
    async with acting(database) as work:
        assert set(await _leads_on_each_day(work, made.id, past=False)) == {1}
        assert set(await _leads_on_each_day(work, made.id, past=True)) == {1}


async def test_the_database_itself_refuses_a_second_lead(database: Database) -> None:
    async with acting(database) as work:
        made = await programme(work)
    async with refused(database, "ONE_LEAD"), acting(database) as work:
        other = await organisation(work, "OTHER")
        second = Partner(
            programme_id=made.id, organisation_id=other.id, role=PartnerRole.LEAD, starts_on=date(2025, 1, 1)
        )
        work.add(second)
        await work.save({"ex_partners_one_lead": Refused("ONE_LEAD", "There is a lead.")})
