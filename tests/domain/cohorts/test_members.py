from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import literal, select

from domain.cohorts import commands, members
from domain.cohorts.models import CohortMember, CohortRole, TeamMember
from domain.cohorts.rules import cohort_member_from, cohort_member_from_partner, in_cohort, represents
from domain.database import Database
from domain.models import Affiliation
from domain.moment import Moment
from domain.organisations import commands as organisations
from domain.people import commands as people
from domain.people.affiliations import affiliated_with
from domain.people.models import Person
from domain.programmes import commands as programmes
from domain.programmes import partners
from domain.programmes.models import Partner
from domain.work import Work
from tests import factories
from tests.domain.cohorts.scenes import Together, add, asked, join, move, team, together
from tests.factories import START, TODAY, acting, as_sponsor, organisation
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

DAY = timedelta(days=1)
MOVED_ON = date(2025, 3, 1)


async def _affiliated(work: Work, who: Person, on: date, *, past: bool = False) -> UUID | None:
    return await work.session.scalar(select(affiliated_with(literal(who.id), Moment(literal(on), past=past))))


async def test_people_of_several_partners_join_and_leave(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada = await join(work, it.cohort, it.ada)
        ben = await join(work, it.cohort, it.ben, starts_on=START + DAY, ends_on=TODAY)
        assert (ada.role, ada.ends_on, ben.ends_on) == (CohortRole.PARTICIPANT, None, TODAY)
        assert {ada.programme_id, ben.programme_id} == {it.programme.id}
        left = await members.leave(work, ben.id, ends_on=TODAY - DAY, expected_version=1)
        assert left.ends_on == TODAY - DAY
        assert await asked(work, cohort_member_from, ada, TODAY) == it.lead.id
        assert await asked(work, cohort_member_from, ben, TODAY) == it.other.id
        assert [await asked(work, in_cohort, row, TODAY) for row in (ada, ben)] == [True, False]
        assert await asked(work, in_cohort, ben, TODAY - 2 * DAY)
        assert not await asked(work, in_cohort, ben, START)
    assert [entry.command for entry in work.entries[-3:]] == [
        "cohort.member_joined",
        "cohort.member_joined",
        "cohort.member_left",
    ]


async def test_half_open_times_can_touch(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        await join(work, it.cohort, it.ada, ends_on=TODAY)
        again = await join(work, it.cohort, it.ada, starts_on=TODAY, role=CohortRole.FACILITATOR)
        assert again.role is CohortRole.FACILITATOR


async def test_a_facilitator_may_come_from_anywhere(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        eve = await join(work, it.cohort, it.eve, role=CohortRole.FACILITATOR)
        fay = await join(work, it.cohort, it.fay, role=CohortRole.FACILITATOR)
        assert await asked(work, cohort_member_from, eve, TODAY) == it.stranger.id
        assert await asked(work, cohort_member_from, fay, TODAY) is None
        assert not await asked(work, cohort_member_from_partner, eve, TODAY)


async def test_the_end_of_the_cohort_is_the_end_of_all_that_are_in_it(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada = await join(work, it.cohort, it.ada)
        assert await asked(work, in_cohort, ada, TODAY)
        await commands.close(work, it.cohort.id, ends_on=TODAY)
        assert not await asked(work, in_cohort, ada, TODAY)
        assert await asked(work, in_cohort, ada, TODAY - DAY)
        assert (ada.version, ada.ends_on) == (1, None)
        await commands.update(work, it.cohort.id, ends_on=TODAY + DAY)
        assert await asked(work, in_cohort, ada, TODAY)


async def test_who_changes_employer_keeps_their_past(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada = await join(work, it.cohort, it.ada)
    async with acting(database, on=MOVED_ON) as work:
        await move(work, it.ada, it.other, MOVED_ON)
    async with acting(database) as work:
        for past in (False, True):
            before, after = MOVED_ON - DAY, MOVED_ON
            assert await asked(work, cohort_member_from, ada, before, past=past) == it.lead.id
            assert await asked(work, cohort_member_from, ada, after, past=past) == it.other.id
            assert await _affiliated(work, it.ada, before, past=past) == it.lead.id
            assert await _affiliated(work, it.ada, after, past=past) == it.other.id
        # Asked today, a session in the past counts for where they belonged then.
        at = Moment(literal(TODAY), past=False)
        then = represents(literal(it.ada.id), literal(it.programme.id), at, day=literal(MOVED_ON - DAY))
        assert await work.session.scalar(select(then)) == it.lead.id
        assert (await work.find(CohortMember, ada.id)).version == 1


async def test_who_has_left_comes_from_where_they_came_from_then(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada = await join(work, it.cohort, it.ada, ends_on=MOVED_ON)
        open_end = await join(work, it.cohort, it.ben)
        to_come = await join(work, it.cohort, it.ada, starts_on=TODAY + DAY)
        await commands.close(work, it.cohort.id, ends_on=TODAY + 9 * DAY)
    async with acting(database, on=TODAY) as work:
        await move(work, it.ada, it.other, MOVED_ON)
        await move(work, it.ben, it.lead, TODAY)
        assert await asked(work, cohort_member_from, ada, TODAY) == it.lead.id
        assert await asked(work, cohort_member_from, to_come, TODAY) == it.other.id
        assert await asked(work, cohort_member_from, open_end, TODAY + 99 * DAY) == it.lead.id


async def test_who_took_over_from_their_organisation_stands_in_its_place(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada = await join(work, it.cohort, it.ada)
        heir = await organisation(work, "HEIR")
        await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=MOVED_ON)
        assert await asked(work, cohort_member_from, ada, MOVED_ON - DAY) == it.lead.id
        assert await asked(work, cohort_member_from, ada, MOVED_ON) == heir.id
        assert await asked(work, cohort_member_from_partner, ada, MOVED_ON)
        # Somebody who was taken on by the successor belongs to the same partner.
        await people.affiliate(work, it.fay.id, organisation_id=heir.id, starts_on=MOVED_ON)
        fay = await join(work, it.cohort, it.fay, starts_on=MOVED_ON)
        assert await asked(work, cohort_member_from, fay, MOVED_ON) == heir.id


async def test_of_two_employers_the_partner_counts(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        await people.affiliate(work, it.ada.id, organisation_id=it.stranger.id, starts_on=START)
        ada = await join(work, it.cohort, it.ada)
        assert await asked(work, cohort_member_from, ada, TODAY) == it.lead.id
        assert await _affiliated(work, it.ada, TODAY) == it.stranger.id
        assert await _affiliated(work, it.ada, START - DAY) == it.lead.id
        assert await _affiliated(work, it.fay, TODAY) is None


async def test_whose_partner_has_left_is_told_apart(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ben = await join(work, it.cohort, it.ben)
        [part] = await work.session.scalars(select(Partner.id).where(Partner.organisation_id == it.other.id))
        await partners.end(work, part, ends_on=MOVED_ON)
        assert await asked(work, cohort_member_from_partner, ben, MOVED_ON - DAY)
        assert not await asked(work, cohort_member_from_partner, ben, MOVED_ON)
        assert await asked(work, in_cohort, ben, MOVED_ON)


async def test_who_leaves_the_cohort_leaves_its_teams(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada, ben = await join(work, it.cohort, it.ada, ends_on=TODAY), await join(work, it.cohort, it.ben)
        await join(work, it.cohort, it.ada, starts_on=TODAY)
        board = await team(work, it.programme, cohort_id=it.cohort.id)
        across = await team(work, it.programme, "Across")
        rows = {
            "running": await add(work, board, it.ada, ends_on=MOVED_ON + DAY),
            "over": await add(
                work,
                await team(work, it.programme, "Early", cohort_id=it.cohort.id),
                it.ada,
                ends_on=MOVED_ON,
            ),
            "planned": await add(work, board, it.ada, starts_on=MOVED_ON + 9 * DAY, ends_on=TODAY),
            "again": await add(work, board, it.ada, starts_on=TODAY),
            "elsewhere": await add(work, across, it.ada),
            "another": await add(work, board, it.ben),
        }
        left = await members.leave(work, ada.id, ends_on=MOVED_ON)
        assert left.ends_on == MOVED_ON
        ends = {name: (await work.find(TeamMember, row.id)).ends_on for name, row in rows.items()}
    assert ends == {
        "running": MOVED_ON,
        "over": MOVED_ON,
        "planned": MOVED_ON + 9 * DAY,
        "again": None,
        "elsewhere": None,
        "another": None,
    }
    assert work.entries[-1].changes["ended_team_member_ids"] == [
        None,
        [str(rows["running"].id), str(rows["planned"].id)],
    ]
    assert ben.ends_on is None


def _join(who: str = "ada", **given: Any) -> Attempt[Together]:
    return lambda work, it: join(work, it.cohort, getattr(it, who), **given)


REFUSALS: Sequence[Refusal[Together]] = [
    ("no person", _join(person_id=factories.NOBODY), "NOT_FOUND"),
    ("no day", _join(ends_on=START), "ENDS_BEFORE_START"),
    ("before the cohort", _join(starts_on=START - DAY), "OUTSIDE_COHORT"),
    ("on the day on which the cohort ends", _join(starts_on=TODAY), "OUTSIDE_COHORT"),
    ("longer than the cohort", _join(ends_on=TODAY + DAY), "OUTSIDE_COHORT"),
    ("somebody of no organisation", _join("fay"), "NO_AFFILIATION"),
    ("somebody of no partner", _join("eve"), "NOT_FROM_A_PARTNER"),
    ("twice at a time", _join("ben"), "ALREADY_MEMBER"),
    ("twice at a time in another role", _join("ben", role=CohortRole.FACILITATOR), "ALREADY_MEMBER"),
    ("from the middle of it", _join("ben", starts_on=START + DAY, ends_on=START + 2 * DAY), "ALREADY_MEMBER"),
    (
        "no cohort",
        lambda work, it: members.join(work, factories.NOBODY, person_id=it.ada.id, starts_on=START),
        "NOT_FOUND",
    ),
    ("no member", lambda work, _: members.leave(work, factories.NOBODY, ends_on=TODAY), "NOT_FOUND"),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await together(work)
        await commands.close(work, it.cohort.id, ends_on=TODAY)
        ben = await join(work, it.cohort, it.ben)
    cases: list[Refusal[Together]] = [
        *REFUSALS,
        ("left on the first day", lambda work, _: members.leave(work, ben.id, ends_on=START), "ENDS_BEFORE_START"),
        (
            "an old version",
            lambda work, _: members.leave(work, ben.id, ends_on=TODAY, expected_version=9),
            "STALE",
        ),
    ]  # fmt: skip
    for case, attempt, code in cases:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it)


async def test_a_partner_at_another_time_is_none(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        [part] = await work.session.scalars(select(Partner.id).where(Partner.organisation_id == it.other.id))
        await partners.end(work, part, ends_on=MOVED_ON)
        await people.affiliate(work, it.fay.id, organisation_id=it.lead.id, starts_on=MOVED_ON)
    async with refused(database, "NOT_FROM_A_PARTNER"), acting(database) as work:
        await join(work, it.cohort, it.ben, starts_on=MOVED_ON)
    async with refused(database, "NO_AFFILIATION"), acting(database) as work:
        await join(work, it.cohort, it.fay, starts_on=MOVED_ON - DAY)
    async with acting(database) as work:
        await join(work, it.cohort, it.ben, starts_on=MOVED_ON - DAY)
        await join(work, it.cohort, it.fay, starts_on=MOVED_ON)


async def test_what_is_over_stays_so(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        ada = await join(work, it.cohort, it.ada, ends_on=MOVED_ON)
        await programmes.close(work, it.programme.id)
    async with refused(database, "ALREADY_ENDED"), acting(database) as work:
        await members.leave(work, ada.id, ends_on=MOVED_ON)
    async with refused(database, "NOT_OPEN"), acting(database) as work:
        await join(work, it.cohort, it.ben)


async def test_sponsors_see_who_takes_part_in_their_programme(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        await join(work, it.cohort, it.ada)
        joint = await factories.joint(work, "elsewhere")
        hub = await factories.person(work, "Seat Holder")
        await factories.sponsor(work, it.programme, hub)
    for who, sees in ((hub, True), (joint.lead_sponsor, False)):
        async with acting(database, on=TODAY, viewer=as_sponsor(who)) as work:
            for model, row in ((CohortMember, None), (type(it.ada), it.ada.id), (Affiliation, None)):
                found = set(await work.session.scalars(select(model.id).where(*work._sees(model))))
                assert (row in found if row else bool(found)) is sees, model


async def test_two_joins_at_once_are_one(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
    assert await race(database, *[lambda work: join(work, it.cohort, it.ada)] * 2) == "ALREADY_MEMBER"
