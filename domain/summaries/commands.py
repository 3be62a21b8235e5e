"""What is done with summaries: asked for, compiled, reviewed, issued."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain import outbox
from domain.access.viewers import Permission, Role
from domain.calendar import today
from domain.errors import Forbidden
from domain.journal.models import Job
from domain.people.models import Person, SummaryFrequency
from domain.summaries.content import hash_of
from domain.summaries.models import Summary, SummaryState
from domain.summaries.period import Period
from domain.summaries.sponsors import has_seat, no_seat, scheduled
from domain.work import Work

COMPILE = "compile_summary"
"""The name of the job."""


async def request(work: Work, *, person_id: UUID, period_from: date, period_to: date) -> Job:
    """Have a sponsor's summary of a period compiled; asked for twice while it waits, it is compiled once.

    Raises:
        Refused: PERIOD_WITHOUT_DAYS, PERIOD_IN_FUTURE, NO_SEAT.
        Forbidden: a sponsor asks for somebody else's.
    """
    person = await work.find(Person, person_id, named="personId")
    work.require(Permission.COMPILE_SUMMARIES)
    if work.viewer.role is Role.SPONSOR and work.viewer.person_id != person.id:
        raise Forbidden(
            "As a sponsor you can have your own summaries compiled. Ask an administrator for others."
        )
    period = Period.between(period_from, period_to, today=today(work.now))
    if not await has_seat(work.session, person.id, period):
        raise no_seat(person.name)
    job = await work.enqueue(COMPILE, _key(person, period), **_arguments(person, period))
    work.record("summary.requested", person, **period.as_data())
    await work.save()
    return job


async def request_scheduled(work: Work) -> int:
    """Have the last month's summaries compiled, and at the start of a quarter the last quarter's; how many.

    What was ever asked for is not asked for again, so this can be repeated.
    """
    work.require(Permission.COMPILE_SUMMARIES)
    asked = 0
    for frequency, period in _over(today(work.now)):
        for person in await scheduled(work.session, period, frequency):
            new = await outbox.enqueue_once(
                work.session,
                COMPILE,
                _key(person, period),
                due_at=work.now,
                arguments=_arguments(person, period),
            )
            if new:
                work.record("summary.requested", person, **period.as_data())
                asked += 1
    await work.save()
    return asked


async def store(
    work: Work,
    *,
    person_id: UUID,
    period_from: date,
    period_to: date,
    content: dict[str, Any],
    html: str,
) -> Summary:
    """Keep what was compiled: one summary of a person and a period, and revisions of what was issued.

    A draft is brought up to date, and a reviewed one becomes a draft again, if the content is another one. An
    issued one stays, and other content makes the next revision. The same content changes nothing.
    """
    work.require(Permission.COMPILE_SUMMARIES)
    # Two compiles at once must find each other's summary: a lock, since there may be no row to lock yet.
    await work.alone(f"summary {person_id} {period_from} {period_to}")
    latest = await _latest(work, person_id, period_from, period_to)
    hash_ = hash_of(content)
    if latest is not None and latest.hash == hash_:
        return latest
    if latest is None or latest.state is SummaryState.ISSUED:
        revision = 1 if latest is None else latest.revision + 1
        latest = work.add(
            Summary(person_id=person_id, period_from=period_from, period_to=period_to, revision=revision)
        )
    latest.compiled(content, hash_=hash_, html=html, at=work.now)
    # Saved before it is recorded: the journal says that it was compiled, not every word of it again.
    await work.save()
    work.record("summary.compiled", latest, revision=latest.revision, hash=hash_)
    await work.save()
    return latest


async def review(work: Work, summary_id: UUID, *, expected_version: int | None = None) -> Summary:
    """Note that somebody has read a draft and stands by it.

    Raises:
        Refused: ALREADY_ISSUED, ALREADY_REVIEWED.
    """
    summary = await work.find(Summary, summary_id, for_update=True, expected_version=expected_version)
    work.require(Permission.REVIEW_SUMMARIES)
    summary.review(at=work.now, by=work.viewer.person_id)
    work.record("summary.reviewed", summary)
    await work.save()
    return summary


async def issue(work: Work, summary_id: UUID, *, expected_version: int | None = None) -> Summary:
    """Send a reviewed summary to its sponsor and freeze it.

    Raises:
        Refused: ALREADY_ISSUED, NOT_REVIEWED.
    """
    summary = await work.find(Summary, summary_id, for_update=True, expected_version=expected_version)
    work.require(Permission.REVIEW_SUMMARIES)
    summary.issue(at=work.now, by=work.viewer.person_id)
    work.record("summary.issued", summary)
    await work.save()
    return summary


async def _latest(work: Work, person_id: UUID, period_from: date, period_to: date) -> Summary | None:
    found: Summary | None = await work.session.scalar(
        select(Summary)
        .where(
            Summary.person_id == person_id, Summary.period_from == period_from, Summary.period_to == period_to
        )
        .order_by(Summary.revision.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )
    return found


def _over(day: date) -> list[tuple[SummaryFrequency, Period]]:
    monthly = (SummaryFrequency.MONTHLY, Period.last_month(day))
    quarterly = (SummaryFrequency.QUARTERLY, Period.last_quarter(day))
    return [monthly, quarterly] if quarterly[1].ends == monthly[1].ends else [monthly]


def _key(person: Person, period: Period) -> str:
    return f"summary:{person.id}:{period.starts}:{period.ends}"


def _arguments(person: Person, period: Period) -> dict[str, Any]:
    return {"person_id": str(person.id), **period.as_data()}
