"""Who sits with whom at a session, so that people meet others than before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from domain.cohorts.rules import represents
from domain.errors import Refused
from domain.people.models import Person
from domain.sessions.locks import part_to_change
from domain.sessions.mixing import Mix, Numbers, even, mix
from domain.sessions.models import Session, SessionCohort, SessionFacilitator
from domain.sessions.people import at_present, members_on
from domain.sessions.presence import Attendance, AttendanceStatus, TablePlan, TableSeat
from domain.work import Work

MOST_PEOPLE: Final = 1_000
MOST_ROUNDS: Final = 20
_SEEDS: Final = 2**31 - 1


async def mix_tables(
    work: Work,
    session_id: UUID,
    *,
    seats_per_table: int,
    tables: int | None = None,
    rounds: int = 1,
    seed: int = 1,
) -> TablePlan:
    """Spread the people expected at a session over tables, so that as few as possible share one again.

    Who shared one is looked up in all sessions so far of the cohorts that this one is for; who was absent met nobody.
    Of equal allocations the one with the fewest pairs of one organisation at a table is taken. Who is excused or
    absent, or facilitates, gets no seat. The same people, history and seed give the same tables. What was mixed for
    this session before is replaced.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, BAD_TABLES, NOBODY_TO_SEAT, TOO_MANY_PEOPLE or NOT_ENOUGH_SEATS.
    """
    _, session = await part_to_change(work, Session, session_id)
    session.require_on()
    _require_sensible(seats_per_table, tables, rounds, seed)
    people = await _to_seat(work, session)
    sizes = _sizes(len(people), seats_per_table, tables)
    met = await _met(work, session, list(people))
    # It can take seconds, in which the server has others to answer.
    mixed = await asyncio.to_thread(mix, _numbers(people.values()), sizes, rounds=rounds, met=met, seed=seed)
    await _clear(work, session)
    plan = work.add(_plan(session, mixed, seats_per_table, len(sizes), seed))
    work.record("session.tables_mixed", plan)
    await work.save()
    for number, table_of in enumerate(mixed.tables, start=1):
        for person_id, table in zip(people, table_of, strict=True):
            work.session.add(_seat(plan, person_id, number, table + 1))
    await work.save()
    return plan


def _plan(session: Session, mixed: Mix, seats_per_table: int, tables: int, seed: int) -> TablePlan:
    return TablePlan(
        programme_id=session.programme_id,
        session_id=session.id,
        seats_per_table=seats_per_table,
        tables=tables,
        rounds=len(mixed.tables),
        seed=seed,
        people=len(mixed.tables[0]),
        repeated_pairs=mixed.figures.repeated,
        same_organisation_pairs=mixed.figures.same_organisation,
        among_their_own=mixed.figures.among_their_own,
        met_pairs=mixed.figures.met,
        possible_pairs=mixed.possible,
        random_repeated_pairs=_tenth(mixed.random_repeated),
        random_same_organisation_pairs=_tenth(mixed.random_same_organisation),
        random_met_pairs=_tenth(mixed.random_met),
    )


def _seat(plan: TablePlan, person_id: UUID, round_number: int, table_number: int) -> TableSeat:
    return TableSeat(
        programme_id=plan.programme_id,
        plan_id=plan.id,
        session_id=plan.session_id,
        person_id=person_id,
        round_number=round_number,
        table_number=table_number,
    )


async def _to_seat(work: Work, session: Session) -> dict[UUID, UUID | None]:
    """Who is expected and gets a seat, in an order that stays, each with the organisation that they come for."""
    at = at_present(session.held_on)
    away = select(Attendance.person_id).where(
        Attendance.session_id == session.id, Attendance.status != AttendanceStatus.PRESENT
    )
    facilitators = select(SessionFacilitator.person_id).where(SessionFacilitator.session_id == session.id)
    organisation = represents(Person.id, literal(session.programme_id), at, day=literal(session.held_on))
    found = await work.session.execute(
        select(Person.id, organisation)
        .where(
            Person.id.in_(members_on(literal(session.id), literal(session.held_on), at)),
            Person.id.not_in(away),
            Person.id.not_in(facilitators),
        )
        .order_by(Person.id)
    )
    people: dict[UUID, UUID | None] = {row[0]: row[1] for row in found}
    if not people:
        raise Refused(
            "NOBODY_TO_SEAT", "Nobody is expected at this session. Have people join its cohorts first."
        )
    if len(people) > MOST_PEOPLE:
        raise Refused(
            "TOO_MANY_PEOPLE", f"Tables are mixed for up to {MOST_PEOPLE:,} people. Split the session."
        )
    return people


async def _met(work: Work, session: Session, people: list[UUID]) -> Numbers:
    """How often each two of these people have shared a table at sessions before this one, of cohorts that it is for."""
    one, other = aliased(TableSeat), aliased(TableSeat)
    at_one_table = and_(
        other.session_id == one.session_id,
        other.round_number == one.round_number,
        other.table_number == one.table_number,
        other.person_id != one.person_id,
    )
    pairs = (
        select(one.person_id, other.person_id, func.count())
        .join(other, at_one_table)
        .where(
            one.session_id.in_(_before(session)),
            one.person_id.in_(people),
            other.person_id.in_(people),
            *(~_away(seat) for seat in (one, other)),
        )
        .group_by(one.person_id, other.person_id)
    )
    place = {person_id: number for number, person_id in enumerate(people)}
    met = np.zeros((len(people), len(people)), dtype=np.int64)
    for first, second, times in await work.session.execute(pairs):
        met[place[first], place[second]] = times
    return met


def _before(session: Session) -> Select[UUID]:
    """The ids of the sessions before this one that share a cohort with it and were not cancelled."""
    own = select(SessionCohort.cohort_id).where(SessionCohort.session_id == session.id)
    return (
        select(Session.id)
        .join(SessionCohort, SessionCohort.session_id == Session.id)
        .where(
            SessionCohort.cohort_id.in_(own),
            Session.cancelled_on.is_(None),
            or_(
                Session.starts_at < session.starts_at,
                and_(Session.starts_at == session.starts_at, Session.id < session.id),
            ),
        )
    )


def _away(seat: type[TableSeat]) -> ColumnElement[bool]:
    """Whether whoever has a seat was not there."""
    return (
        select(Attendance.id)
        .where(
            Attendance.session_id == seat.session_id,
            Attendance.person_id == seat.person_id,
            Attendance.status != AttendanceStatus.PRESENT,
        )
        .exists()
    )


async def _clear(work: Work, session: Session) -> None:
    """Take back what was mixed before; the past keeps it."""
    for model in (TableSeat, TablePlan):
        for row in await work.session.scalars(select(model).where(model.session_id == session.id)):
            await work.session.delete(row)
        await work.save()


def _sizes(people: int, seats_per_table: int, tables: int | None) -> list[int]:
    """The seats that are taken at each table: as few tables as are needed, as even as can be."""
    sizes = even(people, seats_per_table)
    if tables is not None and len(sizes) > tables:
        raise Refused(
            "NOT_ENOUGH_SEATS",
            f"{people:,} people are expected, and there are {tables * seats_per_table:,} seats. "
            "Give more tables, or more seats at each.",
            field="tables",
        )
    return sizes


def _numbers(organisations: Iterable[UUID | None]) -> list[int]:
    """A number for each organisation; people of whom none is known are of none."""
    organisations = list(organisations)
    known = {each: number for number, each in enumerate(dict.fromkeys(organisations))}
    return [-1 if each is None else known[each] for each in organisations]


def _tenth(average: float) -> Decimal:
    return Decimal(f"{average:.1f}")


def _require_sensible(seats_per_table: int, tables: int | None, rounds: int, seed: int) -> None:
    for field, value, least, most in (
        ("seatsPerTable", seats_per_table, 2, MOST_PEOPLE),
        ("tables", tables, 1, MOST_PEOPLE),
        ("rounds", rounds, 1, MOST_ROUNDS),
        ("seed", seed, 0, _SEEDS),
    ):
        if value is not None and not least <= value <= most:
            raise Refused("BAD_TABLES", f"Give a number from {least:,} to {most:,}.", field=field)
