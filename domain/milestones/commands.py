"""What can be done with milestones. Each command finds, allows, lets the row change itself, and records."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from domain.access.viewers import Permission
from domain.errors import Refused
from domain.keep import KEEP, Keep
from domain.milestones import evidence, ledger
from domain.milestones.changes import Change, begin, finish
from domain.milestones.models import (
    Baseline,
    Criticality,
    LedgerEntry,
    Milestone,
    ReasonCode,
    required_note,
)
from domain.organisations.models import Organisation
from domain.people.models import Person
from domain.programmes.models import Programme
from domain.text import optional_line
from domain.work import Work

_ENTERED_LATE = "It was expected on this date when it was first recorded."
_NOT_FOR_PEOPLE = frozenset({ReasonCode.REPORTED, ReasonCode.REBASELINED})


async def create(
    work: Work,
    *,
    programme_id: UUID,
    title: str,
    baseline_on: date,
    forecast_on: date | None = None,
    criticality: Criticality = Criticality.MEDIUM,
    owner_organisation_id: UUID | None = None,
    owner_person_id: UUID | None = None,
    evidence_required: bool = False,
    marks_end: bool = False,
) -> Milestone:
    """Promise something for a date. If another is expected from the start, that is the first ledger entry.

    Raises:
        Refused: EMPTY_TITLE, BAD_DATE, END_ALREADY_MARKED or ENDS_BEFORE_START.
    """
    programme = await work.find(Programme, programme_id, for_update=True, named="programmeId")
    work.require(Permission.EDIT_MILESTONES)
    if marks_end:
        await _require_no_end(work, programme)
    milestone = Milestone(
        programme_id=programme.id,
        title=title,
        baseline_on=baseline_on,
        forecast_on=baseline_on,
        criticality=criticality,
        evidence_required=evidence_required,
        marks_end=marks_end,
    )
    await _set_owner(work, milestone, owner_organisation_id, owner_person_id)
    work.add(milestone)
    entry = _first_move(milestone, forecast_on)
    await finish(work, Change(milestone, programme), "milestone.created")
    _keep_baseline(work, milestone, approved_by_id=None, note=None)
    if entry is not None:
        ledger.enter(work, entry)
    await work.save()
    return milestone


async def update(
    work: Work,
    milestone_id: UUID,
    *,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    criticality: Criticality | Keep = KEEP,
    evidence_required: bool | Keep = KEEP,
) -> Milestone:
    """Change what a milestone is called and how it is treated; its dates move by commands of their own.

    Raises:
        Refused: EMPTY_TITLE.
    """
    change = await begin(work, milestone_id, expected_version=expected_version)
    milestone = change.milestone
    if title is not KEEP:
        milestone.title = title
    if criticality is not KEEP:
        milestone.criticality = criticality
    if evidence_required is not KEEP:
        milestone.evidence_required = evidence_required
    return await finish(work, change, "milestone.updated")


async def assign_owner(
    work: Work,
    milestone_id: UUID,
    *,
    organisation_id: UUID | Keep | None = KEEP,
    person_id: UUID | Keep | None = KEEP,
    expected_version: int | None = None,
) -> Milestone:
    """Have an organisation, a person or both answer for a milestone from now on, or nobody."""
    change = await begin(work, milestone_id, expected_version=expected_version)
    await _set_owner(work, change.milestone, organisation_id, person_id, named=("organisationId", "personId"))
    return await finish(work, change, "milestone.owner_assigned")


async def reforecast(
    work: Work,
    milestone_id: UUID,
    *,
    forecast_on: date,
    reason: ReasonCode,
    note: str | None = None,
    expected_version: int | None = None,
) -> Milestone:
    """Expect a milestone on another date, for a reason.

    Raises:
        Refused: REASON_RESERVED, what `Milestone.reforecast` refuses, ENDS_BEFORE_START for a planned end.
    """
    change = await begin(work, milestone_id, expected_version=expected_version)
    if reason in _NOT_FOR_PEOPLE:
        raise Refused(
            "REASON_RESERVED",
            f"Tandem itself gives the reason {reason}. Choose the one that made the date move.",
            field="reason",
        )
    return await _reforecast(work, change, forecast_on, reason, note)


async def report_forecast(work: Work, milestone_id: UUID, *, forecast_on: date) -> Milestone:
    """A report that was imported expects a milestone on another date, and does not say why.

    Raises:
        Refused: what `Milestone.reforecast` refuses; ENDS_BEFORE_START for a planned end.
    """
    change = await begin(work, milestone_id, permission=Permission.IMPORT)
    return await _reforecast(work, change, forecast_on, ReasonCode.REPORTED, None)


async def rebaseline(
    work: Work,
    milestone_id: UUID,
    *,
    baseline_on: date,
    approved_by_id: UUID | None,
    note: str | None,
    expected_version: int | None = None,
) -> Milestone:
    """Agree on another date, with an approver and a note. The baselines before it are kept.

    Raises:
        Refused: APPROVER_REQUIRED, and what `Milestone.rebaseline` refuses.
    """
    change = await begin(
        work, milestone_id, expected_version=expected_version, permission=Permission.APPROVE_BASELINES
    )
    approver = await _approver(work, approved_by_id)
    entry = ledger.enter(work, change.milestone.rebaseline(baseline_on, note))
    _keep_baseline(work, change.milestone, approved_by_id=approver.id, note=entry.note)
    return await finish(work, change, "milestone.rebaselined", approved_by_id=approver.id, note=entry.note)


async def achieve(
    work: Work,
    milestone_id: UUID,
    *,
    achieved_on: date,
    evidence_url: str | None = None,
    evidence_title: str | None = None,
    expected_version: int | None = None,
) -> Milestone:
    """A milestone was reached on a date; evidence that is given with it is kept with the milestone.

    Raises:
        Refused: BAD_EVIDENCE_URL, and what `Milestone.achieve` refuses.
    """
    change = await begin(work, milestone_id, expected_version=expected_version)
    milestone = change.milestone
    address = None if evidence_url is None else evidence.web_address(evidence_url, field="evidenceUrl")
    has_evidence = address is not None or await evidence.count(work, milestone) > 0
    milestone.achieve(achieved_on, known_on=work.on, has_evidence=has_evidence)
    if address is None:
        return await finish(work, change, "milestone.achieved")
    title = optional_line(evidence_title, "evidence_title")
    shown = evidence.attach(work, milestone, title=title, url=address)
    return await finish(
        work, change, "milestone.achieved", evidence_title=shown.title, evidence_url=shown.url
    )


async def withdraw_achievement(
    work: Work, milestone_id: UUID, *, note: str | None, expected_version: int | None = None
) -> Milestone:
    """A milestone was not achieved after all; the note says what was wrong.

    Raises:
        Refused: NOT_ACHIEVED or NOTE_REQUIRED.
    """
    change = await begin(work, milestone_id, expected_version=expected_version)
    change.milestone.withdraw_achievement()
    note = required_note(note, "say why it does not count as achieved.")
    return await finish(work, change, "milestone.achievement_withdrawn", note=note)


async def cancel(
    work: Work, milestone_id: UUID, *, note: str | None, expected_version: int | None = None
) -> Milestone:
    """A milestone is not needed any more; the note says why.

    Raises:
        Refused: NOTE_REQUIRED, and what `Milestone.cancel` refuses.
    """
    change = await begin(work, milestone_id, expected_version=expected_version)
    change.milestone.cancel(work.on)
    note = required_note(note, "say why it is not needed any more.")
    return await finish(work, change, "milestone.cancelled", note=note)


async def reinstate(
    work: Work, milestone_id: UUID, *, note: str | None, expected_version: int | None = None
) -> Milestone:
    """A cancelled milestone is needed after all; the note says why.

    Raises:
        Refused: NOT_CANCELLED or NOTE_REQUIRED.
    """
    change = await begin(work, milestone_id, expected_version=expected_version)
    change.milestone.reinstate()
    note = required_note(note, "say why it is needed after all.")
    return await finish(work, change, "milestone.reinstated", note=note)


async def _reforecast(
    work: Work, change: Change, forecast_on: date, reason: ReasonCode, note: str | None
) -> Milestone:
    entry = ledger.enter(work, change.milestone.reforecast(forecast_on, reason, note))
    return await finish(work, change, "milestone.reforecast", reason=entry.reason, note=entry.note)


async def _require_no_end(work: Work, programme: Programme) -> None:
    known = select(exists().where(Milestone.programme_id == programme.id, Milestone.marks_end))
    if (await work.session.execute(known)).scalar_one():
        raise Refused(
            "END_ALREADY_MARKED",
            "This programme has a milestone for its planned end. Move that one instead.",
            field="marksEnd",
        )


async def _set_owner(
    work: Work,
    milestone: Milestone,
    organisation_id: UUID | Keep | None,
    person_id: UUID | Keep | None,
    *,
    named: tuple[str, str] = ("ownerOrganisationId", "ownerPersonId"),
) -> None:
    if organisation_id is not KEEP:
        if organisation_id is not None:
            await work.find(Organisation, organisation_id, named=named[0])
        milestone.owner_organisation_id = organisation_id
        milestone.owned_from = None if organisation_id is None else work.on
    if person_id is not KEEP:
        if person_id is not None:
            await work.find(Person, person_id, named=named[1])
        milestone.owner_person_id = person_id


async def _approver(work: Work, person_id: UUID | None) -> Person:
    person = None if person_id is None else await work.find(Person, person_id, named="approvedById")
    if person is None or person.is_placeholder:
        raise Refused(
            "APPROVER_REQUIRED",
            "A baseline changes only by somebody's decision: name the person who approved it.",
            field="approvedById",
        )
    return person


def _first_move(milestone: Milestone, forecast_on: date | None) -> LedgerEntry | None:
    if forecast_on is None or forecast_on == milestone.baseline_on:
        return None
    return milestone.reforecast(forecast_on, ReasonCode.REPORTED, _ENTERED_LATE)


def _keep_baseline(
    work: Work, milestone: Milestone, *, approved_by_id: UUID | None, note: str | None
) -> Baseline:
    return work.add(
        Baseline(
            programme_id=milestone.programme_id,
            milestone_id=milestone.id,
            baseline_on=milestone.baseline_on,
            approved_by_id=approved_by_id,
            note=note,
        )
    )
