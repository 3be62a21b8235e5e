"""Consent: to whom strengths are shown, and that a withdrawal hides them everywhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR
from domain.cohorts import members, teams
from domain.database import Database
from domain.models import CohortMember, JournalEntry, StrengthsConsent, TeamMember
from domain.strengths import consents
from domain.strengths.models import ConsentLevel
from tests import factories
from tests.domain.strengths.scenes import (
    Crew,
    administrator,
    assess,
    consent,
    crew,
    facilitator,
    join,
    whose,
)
from tests.factories import START, TODAY, acting, as_sponsor
from tests.refusals import refused

DAY = timedelta(days=1)
LATER = date(2025, 3, 1)
NOBODY, FACILITATOR, TEAM, PROGRAMME = ConsentLevel


@pytest.fixture
async def it(database: Database) -> Crew:
    """Ada has a profile; Ben is in her team, Cleo in her cohort only, Flo facilitates it."""
    async with acting(database) as work:
        made = await crew(work, "ada", "ben")
        await join(work, made, "cleo", team=False)
        await facilitator(work, made, "flo")
        await assess(work, made, "ada")
        made.people |= {"sponsor": made.sponsor, "stranger": await factories.person(work, "Eve Else")}
        return made


AUDIENCE = {
    None: {"ada"},
    NOBODY: {"ada"},
    FACILITATOR: {"ada", "flo"},
    TEAM: {"ada", "flo", "ben"},
    PROGRAMME: {"ada", "flo", "ben", "cleo", "sponsor", "administrator"},
}


async def _audience(database: Database, it: Crew, on: date = TODAY, *, past: bool = False) -> set[str]:
    """Who sees Ada's profile as of a date."""
    viewers = {name: as_sponsor(person) for name, person in it.people.items()}
    viewers["administrator"] = ADMINISTRATOR
    async with acting(database) as work:
        return {
            name for name, viewer in viewers.items() if it.ada.id in await whose(work, viewer, on, past=past)
        }


@pytest.mark.parametrize("level", [None, *ConsentLevel])
async def test_each_level_shows_it_to_those_it_names(
    database: Database, it: Crew, level: ConsentLevel | None
) -> None:
    if level is not None:
        async with acting(database) as work:
            await consent(work, it, "ada", level)
    assert await _audience(database, it) == AUDIENCE[level]
    assert await _audience(database, it, past=True) == AUDIENCE[level]


async def test_an_administrator_who_is_somebody_is_that_person(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ada", FACILITATOR)
        assert await whose(work, administrator(it.flo), TODAY) == {it.ada.id}
        assert await whose(work, administrator(it.ben), TODAY) == set()
        await consent(work, it, "ada", PROGRAMME)
        assert await whose(work, administrator(it.stranger), TODAY) == {it.ada.id}


async def test_a_withdrawal_hides_the_past_as_well(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ada", PROGRAMME)
    assert await _audience(database, it, LATER, past=True) == AUDIENCE[PROGRAMME]
    async with acting(database, on=TODAY) as work:
        await consents.withdraw(work, it.ada.id)
    for on, past in ((TODAY, False), (TODAY, True), (LATER, True), (START, True)):
        assert await _audience(database, it, on, past=past) == {"ada"}


async def test_a_narrower_consent_narrows_the_past(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ada", PROGRAMME)
    async with acting(database, on=TODAY) as work:
        await consent(work, it, "ada", TEAM)
    assert await _audience(database, it, LATER, past=True) == AUDIENCE[TEAM]


async def test_a_consent_does_not_open_what_went_before(database: Database, it: Crew) -> None:
    async with acting(database, on=LATER) as work:
        await consent(work, it, "ada", PROGRAMME)
    assert await _audience(database, it, LATER - DAY, past=True) == {"ada"}
    assert await _audience(database, it, LATER, past=True) == AUDIENCE[PROGRAMME]
    # Given, withdrawn and given again: the time between stays closed.
    async with acting(database, on=LATER + 10 * DAY) as work:
        await consents.withdraw(work, it.ada.id)
    async with acting(database, on=LATER + 20 * DAY) as work:
        await consent(work, it, "ada", PROGRAMME)
    assert await _audience(database, it, LATER + 5 * DAY, past=True) == AUDIENCE[PROGRAMME]
    assert await _audience(database, it, LATER + 15 * DAY, past=True) == {"ada"}
    assert await _audience(database, it) == AUDIENCE[PROGRAMME]


async def test_who_leaves_is_out_of_the_audience_and_out_of_sight(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ada", TEAM)
    async with acting(database, on=LATER) as work:
        [part] = await work.session.scalars(select(TeamMember).where(TeamMember.person_id == it.ben.id))
        await teams.remove_member(work, part.id, ends_on=LATER)
    assert await _audience(database, it) == {"ada", "flo"}
    assert await _audience(database, it, LATER - DAY, past=True) == {"ada", "flo", "ben"}
    async with acting(database, on=LATER) as work:
        [belongs] = await work.session.scalars(
            select(CohortMember).where(CohortMember.person_id == it.ada.id)
        )
        await members.leave(work, belongs.id, ends_on=LATER)
    assert await _audience(database, it) == {"ada"}
    assert await _audience(database, it, LATER - DAY, past=True) == {"ada", "flo", "ben"}


async def test_another_programme_sees_nothing(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ada", PROGRAMME)
        other = await factories.joint(work, "other")
        assert await whose(work, as_sponsor(other.lead_sponsor), TODAY) == set()


async def test_people_say_it_themselves_and_administrators_with_a_note(database: Database, it: Crew) -> None:
    async with acting(database, viewer=as_sponsor(it.ada)) as work:
        said = await consents.give(work, it.ada.id, level=TEAM)
        assert (said.on_their_word, said.note) == (False, None)
    async with refused(database, "NOTE_REQUIRED"), acting(database) as work:
        await consents.give(work, it.ada.id, level=PROGRAMME, note=" ")
    async with acting(database) as work:
        said = await consents.give(work, it.ada.id, level=PROGRAMME, note=" By e-mail. ")
        assert (said.on_their_word, said.note) == (True, "By e-mail.")
    async with acting(database, viewer=as_sponsor(it.ada)) as work:
        await consents.withdraw(work, it.ada.id)
        [entry] = work.entries
    assert entry.command == "strengths.consent_withdrawn"
    assert entry.changes["level"] == ["PROGRAMME", "NOBODY"]


async def test_nobody_says_it_for_somebody_else(database: Database, it: Crew) -> None:
    for given in (True, False):
        async with refused(database, "FORBIDDEN"), acting(database, viewer=as_sponsor(it.sponsor)) as work:
            if given:
                await consents.give(work, it.ada.id, level=PROGRAMME, note="She said so.")
            else:
                await consents.withdraw(work, it.ada.id)


async def test_there_is_nothing_to_withdraw(database: Database, it: Crew) -> None:
    async with refused(database, "NOTHING_TO_WITHDRAW"), acting(database) as work:
        await consents.withdraw(work, it.ada.id)
    async with acting(database) as work:
        await consent(work, it, "ada", NOBODY)
    async with refused(database, "NOTHING_TO_WITHDRAW"), acting(database) as work:
        await consents.withdraw(work, it.ada.id)


async def test_there_is_one_consent_of_a_person(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        for level in (TEAM, PROGRAMME, NOBODY):
            await consent(work, it, "ada", level)
        [only] = await work.session.scalars(select(StrengthsConsent))
        assert only.level is NOBODY
        entries = await work.session.scalars(
            select(JournalEntry.command).where(JournalEntry.command.startswith("strengths.consent"))
        )
        assert list(entries) == ["strengths.consent_given"] * 3


async def test_a_note_is_bounded(database: Database, it: Crew) -> None:
    async with refused(database, "TOO_LONG"), acting(database) as work:
        await consents.give(work, it.ada.id, level=TEAM, note="x" * 1_001)
