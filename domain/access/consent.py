"""To whom a person's strengths are shown: the one place where that is decided, as a condition in SQL.

Two things have to hold. The person consents, both now and as of the date of the question: who withdraws is gone from
the past as well, and who consents today does not open what went before. And whoever asks belongs to those whom the
person means, on the date of the question, by what is known today (see `docs/decisions/0008`).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, and_, false, func, or_, select

from domain.cohorts.models import CohortMember, CohortRole, TeamMember
from domain.cohorts.rules import in_cohort, in_team
from domain.models import HISTORY, ReleasedPerson, StrengthsConsent, StrengthsRelease
from domain.moment import Moment
from domain.programmes.models import Sponsor
from domain.strengths.models import ConsentLevel


def seats(person: ColumnElement[UUID], on: ColumnElement[date]) -> Select[tuple[UUID]]:
    """The programmes in which a person has a sponsor's seat on a date."""
    seat = Sponsor.__table__.alias()
    return select(seat.c.programme_id).where(
        seat.c.person_id == person,
        seat.c.starts_on <= on,
        or_(seat.c.ends_on.is_(None), seat.c.ends_on > on),
    )


def consents(person_id: Any, least: ConsentLevel, on: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a person shows their strengths to that level at least, both now and as of a date."""
    now, then = StrengthsConsent.__table__.alias(), HISTORY[StrengthsConsent].alias()
    before = select(then.c.id).where(
        then.c.person_id == person_id,
        _reaches(then.c.level, least),
        then.c.valid_from <= on,
        then.c.valid_until > on,
    )
    # A person has one row. Were it looked for with EXISTS, Postgres might read everybody's into memory for each day.
    showed = select(or_(now.c.valid_from <= on, before.correlate_except(then).exists())).where(
        now.c.person_id == person_id, _reaches(now.c.level, least)
    )
    return func.coalesce(showed.correlate_except(now).scalar_subquery(), false(), type_=Boolean())


def _reaches(level: Any, least: ConsentLevel) -> ColumnElement[bool]:
    """One by one: a list of values would have to be there before a statement is compiled."""
    return or_(*(level == each for each in least.and_wider))


def shown_to(person_id: Any, viewer: ColumnElement[UUID], on: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a person's strengths are shown to whoever asks: to themself, and to those whom their consent means."""
    return or_(
        person_id == viewer,
        and_(consents(person_id, ConsentLevel.FACILITATOR, on), _facilitates(person_id, viewer, on)),
        and_(consents(person_id, ConsentLevel.TEAM, on), _shares_team(person_id, viewer, on)),
        and_(consents(person_id, ConsentLevel.PROGRAMME, on), _shares_programme(person_id, viewer, on)),
    )


def shown_to_administrators(
    person_id: Any, viewer: ColumnElement[UUID], on: ColumnElement[date]
) -> ColumnElement[bool]:
    """The same for an administrator, who is in every programme and no more than that."""
    return or_(shown_to(person_id, viewer, on), consents(person_id, ConsentLevel.PROGRAMME, on))


def _facilitates(person_id: Any, viewer: ColumnElement[UUID], on: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether the viewer is a facilitator of a cohort that the person is in."""
    at = Moment(on=on, past=False)
    theirs, mine = at.rows(CohortMember), at.rows(CohortMember)
    return (
        select(theirs.id)
        .join_from(theirs, mine, mine.cohort_id == theirs.cohort_id)
        .where(
            theirs.person_id == person_id,
            mine.person_id == viewer,
            mine.role == CohortRole.FACILITATOR,
            in_cohort(theirs, at),
            in_cohort(mine, at),
        )
        .correlate_except(theirs, mine)
        .exists()
    )


def _shares_team(person_id: Any, viewer: ColumnElement[UUID], on: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether the viewer is in a team that the person is in."""
    at = Moment(on=on, past=False)
    theirs, mine = at.rows(TeamMember), at.rows(TeamMember)
    return (
        select(theirs.id)
        .join_from(theirs, mine, mine.team_id == theirs.team_id)
        .where(
            theirs.person_id == person_id,
            mine.person_id == viewer,
            in_team(theirs, at),
            in_team(mine, at),
        )
        .correlate_except(theirs, mine)
        .exists()
    )


def _shares_programme(
    person_id: Any, viewer: ColumnElement[UUID], on: ColumnElement[date]
) -> ColumnElement[bool]:
    """Whether the person is in a cohort or a team of a programme in which the viewer has a seat or a part."""
    theirs = takes_part(person_id, on)
    mine = seats(viewer, on).union_all(*takes_part(viewer, on))
    return or_(*(part.where(part.selected_columns[0].in_(mine)).exists() for part in theirs))


def takes_part(person_id: Any, on: ColumnElement[date]) -> tuple[Select[UUID], Select[UUID]]:
    """The programmes in whose cohorts, and in whose teams, a person is on a date."""
    at = Moment(on=on, past=False)
    of_cohort, of_team = at.rows(CohortMember), at.rows(TeamMember)
    return (
        select(of_cohort.programme_id)
        .where(of_cohort.person_id == person_id, in_cohort(of_cohort, at))
        .correlate_except(of_cohort),
        select(of_team.programme_id)
        .where(of_team.person_id == person_id, in_team(of_team, at))
        .correlate_except(of_team),
    )


def may_be_told(release: Any) -> ColumnElement[bool]:
    """Whether counts over a whole team can still be told, as its people show their strengths now, and showed them.

    Of those who were counted, none is hidden from a circle of readers, or k of them are: else the counts less what the
    circle sees would be about fewer. And they were told by a transaction before this one, so that a rehearsal shows
    nothing that is not kept.
    """
    person = ReleasedPerson.__table__.alias()
    now, past = StrengthsConsent.__table__, HISTORY[StrengthsConsent]
    hidden = [
        func.count().filter(~_showed(person.c.person_id, level, tables))
        for level in (ConsentLevel.FACILITATOR, ConsentLevel.TEAM, ConsentLevel.PROGRAMME)
        for tables in ((now,), (now, past))
    ]
    enough = select(and_(*(or_(number == 0, number >= release.k) for number in hidden))).where(
        person.c.release_id == release.id
    )
    return and_(release.released_at < func.now(), enough.correlate_except(person).scalar_subquery())


def _showed(person_id: Any, least: ConsentLevel, tables: tuple[Any, ...]) -> ColumnElement[bool]:
    """Whether one of these tables says that a person shows their strengths to that level."""
    ways = []
    for table in tables:
        consent = table.alias()
        said = select(consent.c.id).where(consent.c.person_id == person_id, _reaches(consent.c.level, least))
        ways.append(said.correlate_except(consent).exists())
    return or_(*ways)


def of_release_told(row: Any) -> ColumnElement[bool]:
    """Whether a count belongs to a release that can still be told."""
    release = StrengthsRelease.__table__.alias()
    told = select(release.c.id).where(release.c.id == row.release_id, may_be_told(release.c))
    return told.correlate_except(release).exists()
