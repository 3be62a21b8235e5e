"""An organisation is split: its open programmes keep it until somebody decides, and no count changes."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import literal, select

from domain.database import Database
from domain.models import Milestone, Organisation, Partner, Programme, Sponsor
from domain.moment import Moment
from domain.organisations import commands as organisations
from domain.programmes import commands, partners
from domain.programmes.decisions import undecided
from domain.programmes.leads import lead, lead_organisation
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting, organisation
from tests.refusals import refused

SPLIT_ON, DECIDED_ON = date(2025, 2, 7), date(2025, 9, 1)
DAY = timedelta(days=1)


async def _waiting(work: Work, on: date, *, past: bool = True) -> set[UUID]:
    return set(await work.session.scalars(undecided(Moment(on=literal(on), past=past))))


async def _lead_on(work: Work, programme: Programme, on: date) -> str | None:
    at = Moment(on=literal(on), past=True)
    here = at.rows(Programme)
    asked = select(Organisation.code).join(here, Organisation.id == lead_organisation(here, at))
    return (await work.session.execute(asked.where(here.id == programme.id))).scalar_one_or_none()


async def _split(database: Database, *, close: bool = False) -> tuple[factories.Joint, list[Organisation]]:
    async with acting(database) as work:
        it = await factories.joint(work)
        if close:
            await commands.close(work, it.programme.id)
    async with acting(database, on=TODAY) as work:
        heirs = [await organisation(work, code) for code in ("ONE", "TWO", "THREE")]
        for heir in heirs[:2]:
            await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=SPLIT_ON)
    return it, heirs


async def test_each_open_programme_waits_for_a_decision_from_the_split_on(database: Database) -> None:
    it, _ = await _split(database)
    async with acting(database) as work:
        assert await _waiting(work, SPLIT_ON - DAY) == set()
        assert await _waiting(work, SPLIT_ON) == {it.lead_part.id}
        assert await _waiting(work, TODAY, past=False) == {it.lead_part.id}
        assert await _lead_on(work, it.programme, TODAY) == it.lead.code


async def test_a_closed_programme_needs_no_decision(database: Database) -> None:
    it, heirs = await _split(database, close=True)
    async with acting(database) as work:
        assert await _waiting(work, TODAY) == set()
    async with refused(database, "NOTHING_TO_DECIDE"), acting(database, on=DECIDED_ON) as work:
        await partners.assign(work, it.lead_part.id, organisation_id=heirs[0].id)


async def test_a_merger_needs_no_decision(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        heir = await organisation(work, "ONE")
        await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=SPLIT_ON)
        await organisations.succeed(work, it.other.id, successor_id=heir.id, on=SPLIT_ON)
        assert await _waiting(work, TODAY) == set()
        assert await _lead_on(work, it.programme, SPLIT_ON - DAY) == it.lead.code
        assert await _lead_on(work, it.programme, SPLIT_ON) == "ONE"


async def test_the_decision_moves_the_part_its_seats_and_its_milestones_and_no_count_changes(
    database: Database,
) -> None:
    it, heirs = await _split(database)
    async with acting(database, on=DECIDED_ON) as work:
        part = await partners.assign(work, it.lead_part.id, organisation_id=heirs[1].id)
    assert (part.id, part.organisation_id, part.starts_on) == (it.lead_part.id, heirs[1].id, START)
    assert [entry.command for entry in work.entries] == ["partner.assigned", "milestone.owner_assigned"]
    async with acting(database) as work:
        assert await _waiting(work, DECIDED_ON - DAY) == {it.lead_part.id}
        assert await _waiting(work, DECIDED_ON) == set()
        assert await _lead_on(work, it.programme, DECIDED_ON - DAY) == it.lead.code
        assert await _lead_on(work, it.programme, DECIDED_ON) == "TWO"
        [owned] = await work.session.scalars(select(Milestone))
        assert (owned.owner_organisation_id, owned.owned_from) == (heirs[1].id, DECIDED_ON)
        assert len((await work.session.scalars(select(Partner))).all()) == 2
        seats = (await work.session.scalars(select(Sponsor))).all()
        assert sorted(seat.person_id for seat in seats if seat.ends_on is None) == sorted(
            (it.lead_sponsor.id, it.other_sponsor.id)
        )


async def test_milestones_of_the_others_stay(database: Database) -> None:
    it, heirs = await _split(database)
    async with acting(database, on=DECIDED_ON) as work:
        theirs = await factories.milestone(work, it.programme, "Theirs", owner_organisation_id=it.other.id)
        nobody = await factories.milestone(work, it.programme, "Nobody's")
        await partners.assign(work, it.lead_part.id, organisation_id=heirs[0].id)
        assert (theirs.owner_organisation_id, nobody.owner_organisation_id) == (it.other.id, None)


async def test_only_a_successor_goes_on_and_only_once(database: Database) -> None:
    it, heirs = await _split(database)
    for nobody, code in (
        (heirs[2].id, "NOT_A_SUCCESSOR"),
        (it.lead.id, "NOT_A_SUCCESSOR"),
        (factories.NOBODY, "NOT_FOUND"),
    ):
        async with refused(database, code), acting(database, on=DECIDED_ON) as work:
            await partners.assign(work, it.lead_part.id, organisation_id=nobody)
    async with refused(database, "NOTHING_TO_DECIDE"), acting(database, on=SPLIT_ON - DAY) as work:
        await partners.assign(work, it.lead_part.id, organisation_id=heirs[0].id)
    async with acting(database, on=DECIDED_ON) as work:
        await partners.assign(work, it.lead_part.id, organisation_id=heirs[0].id)
    async with refused(database, "NOTHING_TO_DECIDE"), acting(database, on=DECIDED_ON) as work:
        await partners.assign(work, it.lead_part.id, organisation_id=heirs[1].id)


async def test_the_chosen_successor_is_followed_like_any_other(database: Database) -> None:
    it, heirs = await _split(database)
    async with acting(database, on=DECIDED_ON) as work:
        await partners.assign(work, it.lead_part.id, organisation_id=heirs[0].id)
        await organisations.succeed(work, heirs[0].id, successor_id=heirs[2].id, on=TODAY)
        assert await _lead_on(work, it.programme, TODAY) == "THREE"


async def test_a_part_that_ended_before_the_split_needs_no_decision(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        await partners.change_lead(
            work, it.programme.id, organisation_id=it.other.id, starts_on=SPLIT_ON - DAY
        )
        heirs = [await organisation(work, code) for code in ("ONE", "TWO")]
        for heir in heirs:
            await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=SPLIT_ON)
        assert await _waiting(work, TODAY) == set()


async def test_before_a_programme_is_known_nobody_leads_it(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        assert await _lead_on(work, it.programme, START - DAY) is None
        at = Moment(on=literal(START), past=True)
        [part] = await work.session.scalars(lead(at.rows(Programme), at))
        assert part.id == it.lead_part.id
