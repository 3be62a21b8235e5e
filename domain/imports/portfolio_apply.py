"""Carrying out what was planned for a row, by the commands that people use as well."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from domain.calendar import in_words
from domain.imports.portfolio_plan import Handover, Plan
from domain.imports.portfolio_state import Leaving, Standing
from domain.imports.results import Kind, Outcome
from domain.milestones import commands as milestones
from domain.programmes import commands as programmes
from domain.programmes import partners, reports, sponsors
from domain.programmes.models import ProgrammeStatus
from domain.work import Work


async def carry_out(work: Work, planned: Plan) -> None:
    """Make the programme what the row says; its lead's seat is filled afterwards.

    Raises:
        Refused: by a command.
    """
    row, standing = planned.row, planned.standing
    if standing is None:
        programme_id = await _create(work, planned)
    else:
        programme_id = standing.id
        await _resume(work, planned, standing)
        await _hand_over(work, planned, standing)
        await _update(work, planned, standing)
    if planned.report:
        await reports.report(
            work, programme_id, delivery_confidence=row.delivery_confidence, reported_on=row.reported_on
        )


async def seat(work: Work, standing: Standing, person_id: UUID) -> None:
    """Give a placeholder the seat of the lead; those of organisations that led before make room.

    Raises:
        Refused: by a command.
    """
    assert standing.lead is not None
    for taken in standing.seats:
        if taken.awaits_name and taken.person_id != person_id:
            await sponsors.end(work, taken.id, ends_on=work.on)
    await sponsors.appoint(
        work, standing.id, partner_id=standing.lead.partner_id, person_id=person_id, starts_on=work.on
    )


async def close(work: Work, programme: Leaving) -> None:
    """Close a programme that a report does not name any more.

    Raises:
        Refused: by a command.
    """
    await programmes.close(
        work, programme.id, reason=f"It is not in the report of {in_words(work.on)} any more."
    )


def outcomes(planned: Plan) -> Iterator[tuple[Kind, Outcome]]:
    """What becomes of each record that a row speaks of."""
    standing = planned.standing
    if standing is None:
        yield from ((kind, Outcome.CREATED) for kind in (Kind.PROGRAMMES, Kind.LEADS, Kind.STATUS_REPORTS))
        if planned.ends_on is not None:
            yield Kind.MILESTONES, Outcome.CREATED
        return
    yield Kind.PROGRAMMES, _changed(planned.changes_programme)
    yield Kind.LEADS, _changed(planned.handover is not Handover.NONE)
    yield Kind.STATUS_REPORTS, _changed(planned.report) if standing.is_reported else Outcome.CREATED
    if planned.ends_on is not None:
        yield Kind.MILESTONES, Outcome.CREATED if standing.end is None else Outcome.CHANGED
    elif standing.end is not None:
        yield Kind.MILESTONES, Outcome.UNCHANGED


def _changed(changed: bool) -> Outcome:  # noqa: FBT001 - it is what the outcome says
    return Outcome.CHANGED if changed else Outcome.UNCHANGED


async def _create(work: Work, planned: Plan) -> UUID:
    row = planned.row
    programme = await programmes.create(
        work,
        ref=row.ref,
        title=row.title,
        lead_id=planned.lead.id,
        status=ProgrammeStatus.ACTIVE,
        category=row.category,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        whole_life_cost=row.whole_life_cost,
        as_reported=True,
    )
    return programme.id


async def _resume(work: Work, planned: Plan, standing: Standing) -> None:
    if planned.status is None:
        return
    assert standing.basics is not None
    reason = f"It is in the report of {in_words(work.on)}."
    if standing.basics.status is ProgrammeStatus.CLOSED:
        await programmes.reopen(work, standing.id, reason=reason)
    else:
        await programmes.activate(work, standing.id, reason=reason)


async def _update(work: Work, planned: Plan, standing: Standing) -> None:
    """Change what is said of it and move its end, in the order in which it never ends before it starts."""
    starts_on, end = planned.fields.get("starts_on"), standing.end
    end_first = starts_on is not None and end is not None and starts_on > end.forecast_on
    if end_first:
        await _move_end(work, planned, standing)
    if planned.fields:
        await programmes.update(work, standing.id, **planned.fields)
    if not end_first:
        await _move_end(work, planned, standing)


async def _move_end(work: Work, planned: Plan, standing: Standing) -> None:
    if planned.ends_on is None:
        return
    if standing.end is not None:
        await milestones.report_forecast(work, standing.end.id, forecast_on=planned.ends_on)
        return
    await milestones.create(
        work,
        programme_id=standing.id,
        title=programmes.PLANNED_END,
        baseline_on=planned.ends_on,
        owner_organisation_id=planned.lead.id,
        marks_end=True,
    )


async def _hand_over(work: Work, planned: Plan, standing: Standing) -> None:
    if planned.handover is Handover.NONE:
        return
    if planned.handover is Handover.ASSIGNED:
        assert standing.lead is not None
        await partners.assign(work, standing.lead.partner_id, organisation_id=planned.lead.id)
    else:
        await partners.change_lead(
            work, standing.id, organisation_id=planned.lead.id, starts_on=work.on, as_reported=True
        )
