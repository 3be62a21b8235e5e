"""What can be done with organisations: each command finds, allows, lets the row guard itself, and records."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from domain.access.viewers import Permission
from domain.calendar import SINCE_ALWAYS, in_words
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.organisations.models import Organisation, OrganisationIdentifier, OrganisationKind, Succession
from domain.organisations.successions import succeed
from domain.work import Work

__all__ = ["add_identifier", "close", "create", "remove_identifier", "reopen", "succeed", "update"]


async def create(
    work: Work,
    *,
    code: str,
    name: str,
    kind: OrganisationKind,
    parent_id: UUID | None = None,
    opened_on: date | None = None,
    closed_on: date | None = None,
) -> Organisation:
    """A new organisation. It is known from the day it opened, or since always where nobody says when that was.

    Raises:
        Refused: CODE_TAKEN, BAD_CODE, EMPTY_NAME or CLOSES_BEFORE_IT_OPENS.
    """
    work.require(Permission.EDIT_ORGANISATIONS)
    if parent_id is not None:
        await work.find(Organisation, parent_id, named="parentId")
    organisation = Organisation(
        code=code, name=name, kind=kind, parent_id=parent_id, opened_on=opened_on, closed_on=closed_on
    )
    organisation.require_opened_before_closed()
    # One that opens later is known from today: a date to come would be a change in the future.
    organisation.valid_from = min(opened_on or SINCE_ALWAYS, work.on)
    work.add(organisation)
    work.record("organisation.created", organisation)
    await work.save({"uq_organisations_code": _code_taken(code)})
    return organisation


async def update(
    work: Work,
    organisation_id: UUID,
    *,
    expected_version: int | None = None,
    name: str | Keep = KEEP,
    kind: OrganisationKind | Keep = KEEP,
    parent_id: UUID | Keep | None = KEEP,
) -> Organisation:
    """Change what an organisation is called, its kind, or what it belongs to.

    Raises:
        Refused: EMPTY_NAME or PARENT_CIRCLE.
    """
    if isinstance(parent_id, UUID):
        await work.alone("parents of organisations")
    organisation = await _locked(work, organisation_id, expected_version)
    work.require(Permission.EDIT_ORGANISATIONS)
    if isinstance(parent_id, UUID):
        await _require_no_circle(work, organisation, parent_id)
    change(organisation, name=name, kind=kind, parent_id=parent_id)
    work.record("organisation.updated", organisation)
    await work.save()
    return organisation


async def close(
    work: Work, organisation_id: UUID, *, closed_on: date, expected_version: int | None = None
) -> Organisation:
    """An organisation closes on a date, without anybody taking over from it so far.

    Raises:
        Refused: ALREADY_CLOSED, CLOSES_BEFORE_IT_OPENS, or CLOSES_BEFORE_IT_TOOK_OVER from another.
    """
    await work.alone("successions of organisations")
    organisation = await _locked(work, organisation_id, expected_version)
    work.require(Permission.EDIT_ORGANISATIONS)
    await _require_took_over_before(work, organisation, closed_on)
    organisation.close(closed_on)
    work.record("organisation.closed", organisation)
    await work.save()
    return organisation


async def reopen(work: Work, organisation_id: UUID, *, expected_version: int | None = None) -> Organisation:
    """Take the closing of an organisation back.

    Raises:
        Refused: NOT_CLOSED, or HAS_SUCCESSORS where others took over.
    """
    await work.alone("successions of organisations")
    organisation = await _locked(work, organisation_id, expected_version)
    work.require(Permission.EDIT_ORGANISATIONS)
    if await work.session.scalar(select(exists().where(Succession.predecessor_id == organisation.id))):
        raise Refused(
            "HAS_SUCCESSORS",
            f"Others took over from {organisation.name} when it closed, so it stays closed. "
            "Record a new organisation if it came back.",
        )
    organisation.reopen()
    work.record("organisation.reopened", organisation)
    await work.save()
    return organisation


async def add_identifier(
    work: Work, organisation_id: UUID, *, scheme: str, value: str
) -> OrganisationIdentifier:
    """What a scheme outside Tandem calls an organisation.

    Raises:
        Refused: IDENTIFIER_TAKEN, EMPTY_SCHEME or EMPTY_VALUE.
    """
    organisation = await work.find(Organisation, organisation_id)
    work.require(Permission.EDIT_ORGANISATIONS)
    identifier = work.add(OrganisationIdentifier(organisation_id=organisation.id, scheme=scheme, value=value))
    work.record("organisation.identifier_added", identifier)
    taken = Refused(
        "IDENTIFIER_TAKEN",
        f"{identifier.scheme} {identifier.value} is in use already. Remove it there first.",
        field="value",
    )
    await work.save({"uq_organisation_identifiers_scheme_value": taken})
    return identifier


async def remove_identifier(work: Work, identifier_id: UUID) -> OrganisationIdentifier:
    """An identifier does not belong to its organisation any more; the past keeps it."""
    identifier = await work.find(OrganisationIdentifier, identifier_id, for_update=True)
    work.require(Permission.EDIT_ORGANISATIONS)
    work.record_removal("organisation.identifier_removed", identifier)
    await work.remove(identifier)
    return identifier


async def _locked(work: Work, organisation_id: UUID, expected_version: int | None) -> Organisation:
    return await work.find(Organisation, organisation_id, for_update=True, expected_version=expected_version)


def _code_taken(code: str) -> Refused:
    return Refused(
        "CODE_TAKEN", f"There is an organisation {code} already. Use that one, or another code.", field="code"
    )


async def _require_took_over_before(work: Work, organisation: Organisation, closed_on: date) -> None:
    took_over = await work.session.scalar(
        select(Succession.valid_from)
        .where(Succession.successor_id == organisation.id, Succession.valid_from >= closed_on)
        .limit(1)
    )
    if took_over is not None:
        raise Refused(
            "CLOSES_BEFORE_IT_TOOK_OVER",
            f"{organisation.name} takes over from another organisation on {in_words(took_over)}: "
            "it can close only after that day.",
            field="closedOn",
        )


async def _require_no_circle(work: Work, organisation: Organisation, parent_id: UUID) -> None:
    parent = await work.find(Organisation, parent_id, named="parentId")
    above = (
        select(Organisation.id, Organisation.parent_id)
        .where(Organisation.id == parent.id)
        .cte(recursive=True)
    )
    above = above.union(
        select(Organisation.id, Organisation.parent_id).where(Organisation.id == above.c.parent_id)
    )
    if await work.session.scalar(select(exists().where(above.c.id == organisation.id))):
        raise Refused(
            "PARENT_CIRCLE",
            f"{parent.name} belongs to {organisation.name}, directly or through others. Choose another parent.",
            field="parentId",
        )
