"""Has summaries compiled, sees the jobs through, and says what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from api.cli.progress import shown
from api.cli.running import Running
from domain.access.viewers import ADMINISTRATOR
from domain.calendar import in_words, now, today
from domain.database import Database
from domain.errors import Refused
from domain.journal.models import Job
from domain.summaries import commands
from domain.summaries.headline import FIGURES
from domain.summaries.models import Summary
from domain.summaries.period import Period
from domain.summaries.sponsors import organisations, sponsors
from domain.work import work


@dataclass(frozen=True, slots=True)
class Described:
    """A summary, and for which organisations its sponsor sits at the end of its period."""

    summary: Summary
    organisations: list[str]

    @property
    def name(self) -> str:
        """Whom it is for."""
        name: str = self.summary.content["sponsor"]["name"]
        return name

    @property
    def headline(self) -> dict[str, int]:
        """The figures in the order in which they are read."""
        return {figure.key: self.summary.content["headline"][figure.key] for figure in FIGURES}

    def period_in_words(self) -> str:
        """`31 December 2025 to 31 March 2026`."""
        return f"{in_words(self.summary.period_from)} to {in_words(self.summary.period_to)}"

    def as_data(self) -> dict[str, Any]:
        """What programs are told."""
        sponsor = self.summary.content["sponsor"]
        return {
            "id": str(self.summary.id),
            "sponsor": {"name": sponsor["name"], "email": sponsor["email"]},
            "organisation": self.organisations[0] if len(self.organisations) == 1 else None,
            "organisations": self.organisations,
            "from": self.summary.period_from,
            "to": self.summary.period_to,
            "revision": self.summary.revision,
            "state": self.summary.state,
            "hash": self.summary.hash,
            "headline": self.headline,
        }

    def in_words(self) -> str:
        """What people are told."""
        labels = {figure.key: figure.label for figure in FIGURES}
        sits_for = f" ({', '.join(self.organisations)})" if self.organisations else ""
        lines = [f"{self.name}{sits_for}, {self.period_in_words()}"]
        lines += [f"{value:>9,} {labels[key]}" for key, value in self.headline.items()]
        return "\n".join([*lines, f"Summary {self.summary.id}, {self.summary.state.lower()}"])


async def compile_for(
    running: Running, period: Period, *, organisation: str | None = None, sponsor: str | None = None
) -> list[Described]:
    """Have the summaries of a period compiled for those sponsors, and wait until they are there.

    Raises:
        NotFound: there is no such organisation, or nobody with that address.
        Refused: NO_SEAT or NO_SPONSORS, or NOT_COMPILED where a job failed.
    """
    jobs = await _requested(running.database, period, organisation, sponsor)
    with shown() as tell:
        over = await _seen_through(running, jobs, lambda ended: tell("Compiling summaries", ended, len(jobs)))
    failed = [job for job in over if job.done_at is None]
    if failed:
        raise Refused(
            "NOT_COMPILED",
            f"{len(failed)} of {len(jobs)} summaries could not be compiled: {failed[0].failure} "
            "Put that right and compile again.",
        )
    made = [UUID(job.result["summary_id"]) for job in over if job.result]
    return await described(running.database, Summary.id.in_(made))


async def described(database: Database, *conditions: ColumnElement[bool]) -> list[Described]:
    """The summaries that meet some conditions: the latest period first, then by their sponsors' addresses."""
    statement = select(Summary).where(*conditions)
    async with database.transaction(effective_on=today()) as session:
        found = [
            Described(summary, await organisations(session, summary.person_id, summary.period_to))
            for summary in await session.scalars(statement)
        ]
    return sorted(
        found,
        key=lambda each: (
            -each.summary.period_to.toordinal(),
            -each.summary.period_from.toordinal(),
            each.summary.content["sponsor"]["email"],
            each.summary.revision,
        ),
    )


async def _requested(
    database: Database, period: Period, organisation: str | None, email: str | None
) -> list[UUID]:
    async with work(database, ADMINISTRATOR, now=now()) as request:
        people = await sponsors(request.session, period, organisation=organisation, email=email)
        if not people:
            whom = f" for {organisation}" if organisation else ""
            raise Refused(
                "NO_SPONSORS",
                f"Nobody sponsors a programme{whom} at either end of that period. Choose another period.",
            )
        return [
            (await commands.request(request, person_id=person.id, **period.as_dates())).id
            for person in people
        ]


async def _seen_through(running: Running, jobs: Sequence[UUID], ended: Callable[[int], None]) -> list[Job]:
    from redis.exceptions import RedisError  # noqa: PLC0415 - only who compiles needs a worker and its queue

    from workers import logs  # noqa: PLC0415
    from workers.waiting import see_through  # noqa: PLC0415

    logs.configure(quiet=True)
    try:
        return await see_through(running.database, running.servers, jobs, ended=ended)
    except (RedisError, OSError) as error:
        raise Refused(
            "QUEUE_UNREACHABLE",
            f"The queue does not answer ({error}): check TANDEM_REDIS_URL, or unset it for an embedded one.",
        ) from error
