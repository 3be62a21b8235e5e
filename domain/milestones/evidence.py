"""Where it can be seen that a milestone was achieved."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from domain import web
from domain.errors import Refused
from domain.milestones.changes import begin, finish
from domain.milestones.models import Evidence, Milestone
from domain.text import optional_line
from domain.work import Work


async def add(work: Work, milestone_id: UUID, *, title: str | None, url: str) -> Evidence:
    """Say where evidence for a milestone is; without a title it goes by its address.

    Raises:
        Refused: BAD_EVIDENCE_URL.
    """
    change = await begin(work, milestone_id)
    evidence = attach(work, change.milestone, title=title, url=web_address(url, field="url"))
    await finish(
        work, change, "milestone.evidence_added", evidence_title=evidence.title, evidence_url=evidence.url
    )
    return evidence


async def remove(work: Work, evidence_id: UUID) -> Evidence:
    """Take back evidence that does not belong there; the past keeps it.

    Raises:
        Refused: EVIDENCE_REQUIRED, for the last evidence of an achieved milestone that needs some.
    """
    milestone_id = (await work.find(Evidence, evidence_id)).milestone_id
    change = await begin(work, milestone_id)
    evidence = await work.find(Evidence, evidence_id, for_update=True)
    await _require_other_evidence(work, change.milestone)
    await finish(
        work, change, "milestone.evidence_removed", evidence_title=evidence.title, evidence_url=evidence.url
    )
    await work.remove(evidence)
    return evidence


def attach(work: Work, milestone: Milestone, *, title: str | None, url: str) -> Evidence:
    """New evidence for a milestone that is being changed already, at an address that was checked."""
    return work.add(
        Evidence(
            programme_id=milestone.programme_id,
            milestone_id=milestone.id,
            title=optional_line(title, "title") or url,
            url=url,
        )
    )


def web_address(url: str, *, field: str) -> str:
    """The address of evidence, checked; see `domain.web.web_address`.

    Raises:
        Refused: BAD_EVIDENCE_URL.
    """
    return web.web_address(url, code="BAD_EVIDENCE_URL", field=field)


async def count(work: Work, milestone: Milestone) -> int:
    """How many pieces of evidence a milestone has."""
    found = await work.session.execute(
        select(func.count()).select_from(Evidence).where(Evidence.milestone_id == milestone.id)
    )
    return found.scalar_one()


async def _require_other_evidence(work: Work, milestone: Milestone) -> None:
    if milestone.evidence_required and milestone.achieved_on and await count(work, milestone) == 1:
        raise Refused(
            "EVIDENCE_REQUIRED",
            "This milestone was achieved and needs evidence: add the right evidence before you remove this.",
        )
