from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Uuid, false, literal, select, true

from domain.access import visibility
from domain.access.viewers import ADMINISTRATOR, Role
from domain.access.visibility import SPONSORS_SEE, visible
from domain.database import Database
from domain.errors import NotFound
from domain.history import as_of
from domain.models import (
    Affiliation,
    CheckInLink,
    Continuation,
    Instrument,
    InstrumentBand,
    InstrumentDimension,
    InstrumentItem,
    InstrumentTheme,
    Job,
    JournalEntry,
    Method,
    Organisation,
    OrganisationIdentifier,
    Partner,
    Person,
    PortfolioReport,
    ProfileStrength,
    Programme,
    ReleasedPerson,
    ReleasedStrength,
    Restore,
    RoundAnswer,
    RoundInvitation,
    Sponsor,
    Strength,
    StrengthsCluster,
    StrengthsFramework,
    StrengthsProfile,
    StrengthsRelease,
    Succession,
    Summary,
)
from domain.people import commands as people
from domain.programmes import reports, sponsors
from domain.programmes.models import DeliveryConfidence
from domain.tables import Base, Identified
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor

LEFT_ON = date(2025, 7, 1)
DAY = timedelta(days=1)

MODELS: list[type[Any]] = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Identified)),
    key=lambda model: model.__name__,  # each process of a run has to collect the same tests in the same order
)
PUBLIC = {
    *(Organisation, OrganisationIdentifier, Succession, Continuation),
    *(StrengthsFramework, StrengthsCluster, Strength),
    *(Instrument, InstrumentBand, InstrumentDimension, InstrumentItem, InstrumentTheme),
    Method,
}
# Of these, administrators see no more than people show them.
CONSENTED = {StrengthsProfile, ProfileStrength, StrengthsRelease, ReleasedStrength, ReleasedPerson}
NEVER = {PortfolioReport, RoundInvitation, CheckInLink, ReleasedPerson, Restore}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_has_a_decision_of_its_own(model: type[Any]) -> None:
    assert model in SPONSORS_SEE
    condition = visible(model, model, Role.SPONSOR, literal(factories.NOBODY), literal(TODAY))
    assert condition is not None
    assert condition.compare(true()) is (model in PUBLIC)
    assert condition.compare(false()) is (model in NEVER)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_administrators_see_all_but_what_people_keep_to_themselves(model: type[Any]) -> None:
    condition = visible(model, model, Role.ADMINISTRATOR, literal(None, Uuid()), literal(TODAY))
    assert (condition is not None) is (model in CONSENTED)


def test_answers_are_seen_by_nobody() -> None:
    condition = visible(RoundAnswer, RoundAnswer, Role.SPONSOR, literal(factories.NOBODY), literal(TODAY))
    assert condition is not None
    assert condition.compare(false())


def test_a_table_without_a_decision_is_seen_by_administrators_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    undecided: type[Any] = Programme
    monkeypatch.delitem(visibility.SPONSORS_SEE, undecided)
    hidden = visible(Programme, Programme, Role.SPONSOR, literal(factories.NOBODY), literal(TODAY))
    assert hidden is not None
    assert hidden.compare(false())
    assert visible(Programme, Programme, Role.ADMINISTRATOR, literal(None, Uuid()), literal(TODAY)) is None


async def _seen(work: Work, model: type[Any], who: Person, on: date, *, past: bool = False) -> set[UUID]:
    """The ids of the rows that a person sees as a sponsor, as of a date."""
    row = as_of(model, literal(on)).c if past else model.__table__.c
    condition = visible(model, row, Role.SPONSOR, literal(who.id), literal(on))
    assert condition is not None
    return set(await work.session.scalars(select(row.id).where(condition)))


async def _two_programmes(database: Database) -> tuple[factories.Joint, factories.Joint]:
    """Two programmes; the sponsor of the first lead left it on `LEFT_ON`, the second sponsor stayed."""
    async with acting(database) as work:
        first, second = await factories.joint(work, "first"), await factories.joint(work, "second")
        seats = await work.session.scalars(select(Sponsor).where(Sponsor.person_id == first.lead_sponsor.id))
        [seat] = seats
        await sponsors.end(work, seat.id, ends_on=LEFT_ON)
    return first, second


async def test_a_sponsor_sees_what_they_sponsor_up_to_the_day_their_seat_ended(database: Database) -> None:
    first, second = await _two_programmes(database)
    async with acting(database) as work:
        leaver, stayer = first.lead_sponsor, first.other_sponsor
        for past in (False, True):
            assert await _seen(work, Programme, leaver, START - DAY, past=past) == set()
            assert await _seen(work, Programme, leaver, LEFT_ON - DAY, past=past) == {first.programme.id}
            assert await _seen(work, Programme, leaver, LEFT_ON, past=past) == set()
            assert await _seen(work, Programme, leaver, TODAY, past=past) == set()
            assert await _seen(work, Programme, stayer, TODAY, past=past) == {first.programme.id}
            assert await _seen(work, Programme, second.lead_sponsor, TODAY, past=past) == {
                second.programme.id
            }


async def test_a_seat_taken_back_opens_nothing_not_even_the_past(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        mistake = await factories.person(work, "Eve Else")
        seat = await factories.sponsor(work, it.programme, mistake, starts_on=START + DAY)
    async with acting(database, on=LEFT_ON) as work:
        seat = await work.find(Sponsor, seat.id, for_update=True)
        seat.end_with_partnership(START)
        await work.save()
        assert await _seen(work, Programme, mistake, START + 2 * DAY, past=True) == set()


async def test_a_stranger_sees_only_what_is_public(database: Database) -> None:
    first, second = await _two_programmes(database)
    async with acting(database) as work:
        stranger = await factories.person(work, "Eve Else")
        stay = await people.affiliate(work, stranger.id, organisation_id=first.lead.id, starts_on=START)
        own: dict[type[Any], set[UUID]] = {Person: {stranger.id}, Affiliation: {stay.id}}
        for model in MODELS:
            seen = await _seen(work, model, stranger, TODAY)
            assert model in PUBLIC or seen == own.get(model, set()), model
        assert await _seen(work, Organisation, stranger, TODAY) == {
            first.lead.id,
            first.other.id,
            second.lead.id,
            second.other.id,
        }


async def test_what_belongs_to_a_programme_is_seen_with_it(database: Database) -> None:
    first, second = await _two_programmes(database)
    async with acting(database) as work:
        everything = {row.programme_id for row in await work.session.scalars(select(Partner))}
        assert everything == {first.programme.id, second.programme.id}
        for model in (model for model in MODELS if "programme_id" in model.__table__.c):
            seen = await _seen(work, model, first.other_sponsor, TODAY)
            mine = await work.session.scalars(
                select(model.id).where(model.programme_id == first.programme.id)
            )
            assert seen == set(mine), model


async def test_a_sponsor_sees_the_people_of_their_programmes(database: Database) -> None:
    async with acting(database) as work:
        it, elsewhere = await factories.joint(work, "first"), await factories.joint(work, "second")
        author, owner, unrelated = [
            await factories.person(work, name) for name in ("Author One", "Owner Two", "Unrelated Three")
        ]
        await factories.milestone(work, it.programme, "Theirs", owner_person_id=owner.id)
        await reports.report(
            work,
            it.programme.id,
            delivery_confidence=DeliveryConfidence.GREEN,
            author_id=author.id,
            reported_on=START,
        )
        seen = await _seen(work, Person, it.lead_sponsor, TODAY)
    assert seen == {it.lead_sponsor.id, it.other_sponsor.id, author.id, owner.id}
    assert not seen & {unrelated.id, elsewhere.lead_sponsor.id}


async def test_a_summary_is_seen_by_whom_it_was_made_for(database: Database) -> None:
    condition = visible(Summary, Summary, Role.SPONSOR, literal(factories.NOBODY), literal(TODAY))
    assert str(condition) == str(Summary.person_id == literal(factories.NOBODY))


async def test_a_job_is_followed_by_whom_it_is_done_for(database: Database) -> None:
    async with acting(database) as work:
        ada, ben = await factories.person(work), await factories.person(work, "Ben Okri")
        job = await work.enqueue("compile", "summary:ada", person_id=str(ada.id))
        await work.enqueue("relay", "everything")
        assert await _seen(work, Job, ada, TODAY) == {job.id}
        assert await _seen(work, Job, ben, TODAY) == set()


async def test_what_is_not_seen_cannot_be_found(database: Database) -> None:
    first, second = await _two_programmes(database)
    async with acting(database, on=TODAY, viewer=as_sponsor(first.other_sponsor)) as work:
        assert (await work.find(Programme, first.programme.id)).ref == "first"
        with pytest.raises(NotFound, match="no programme that you can see"):
            await work.find(Programme, second.programme.id)
        with pytest.raises(NotFound):
            await work.find(Job, factories.NOBODY)
    async with acting(database, on=TODAY, viewer=ADMINISTRATOR) as work:
        assert (await work.find(Programme, second.programme.id)).ref == "second"


async def test_the_journal_of_organisations_and_people_is_for_administrators(database: Database) -> None:
    first, _ = await _two_programmes(database)
    async with acting(database) as work:
        seen = await _seen(work, JournalEntry, first.other_sponsor, TODAY)
        rows = await work.session.scalars(select(JournalEntry).where(JournalEntry.id.in_(seen)))
        assert {row.command.split(".")[0] for row in rows} == {"programme", "partner", "sponsor", "milestone"}
