"""`tandem rounds`: have a team answer an instrument, and publish what may be published."""

from __future__ import annotations

import csv
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select

from api.cli.running import Running, with_database
from domain import calendar
from domain.access.viewers import ADMINISTRATOR
from domain.assessments import closing, inviting, opening
from domain.assessments import rounds as drafts
from domain.assessments.cells import DEFAULT_K
from domain.assessments.closing import PUBLISH
from domain.assessments.inviting import Link
from domain.assessments.models import Instrument
from domain.assessments.round_models import Round
from domain.errors import NotFound, Refused
from domain.journal.models import Job
from domain.people.models import Person
from domain.work import Work, work
from workers import logs
from workers.waiting import see_through

_EXAMPLES = """\b
Examples:
  tandem rounds create TEAM_ID --instrument staff-pulse --title "Spring 2026" --closes-on 2026-03-31
  tandem rounds group ROUND_ID Side Staff ada@example.org ben@example.org
  tandem rounds open ROUND_ID
  tandem rounds invite ROUND_ID --address https://tandem.example.org > links.csv
  tandem rounds remind ROUND_ID --address https://tandem.example.org > reminders.csv
  tandem rounds close ROUND_ID

\b
Links are told once and kept nowhere. Delete the file when they are sent.
"""
_DAY = click.DateTime(formats=["%Y-%m-%d"])
Command = Callable[..., Awaitable[Round]]


@click.group(epilog=_EXAMPLES)
def rounds() -> None:
    """Have a team answer an instrument; nobody can see who answered what."""


@rounds.command(epilog=_EXAMPLES)
@click.argument("team_id", type=click.UUID)
@click.option("--instrument", "key", required=True, metavar="KEY", help="For example staff-pulse.")
@click.option("--version", type=int, help="Of the instrument; the latest if it is left out.")
@click.option("--title", required=True)
@click.option(
    "--k", type=int, default=DEFAULT_K, show_default=True, help="How many people a result is about at least."
)
@click.option(
    "--by-organisation", is_flag=True, help="Results also for each organisation of k people or more."
)
@click.option(
    "--closes-on", type=_DAY, metavar="DATE", help="The last day for answers; a worker closes it then."
)
@with_database()
async def create(
    running: Running,
    *,
    team_id: UUID,
    key: str,
    version: int | None,
    title: str,
    k: int,
    by_organisation: bool,
    closes_on: datetime | None,
) -> None:
    """Make a draft, of which nothing is asked of anybody yet."""
    async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
        instrument = await _instrument(current, key, version)
        row = await drafts.create(
            current,
            team_id,
            instrument_id=instrument.id,
            title=title,
            k=k,
            by_organisation=by_organisation,
            closes_on=closes_on and closes_on.date(),
        )
    click.echo(f"{row.id}  {row.title}: {row.state}")


@rounds.command(epilog=_EXAMPLES)
@click.argument("round_id", type=click.UUID)
@click.argument("grouping")
@click.argument("name")
@click.argument("emails", nargs=-1)
@with_database()
async def group(running: Running, *, round_id: UUID, grouping: str, name: str, emails: Sequence[str]) -> None:
    """Declare who is in a group; without addresses, take the group away."""
    async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
        people = [await _person(current, email) for email in emails]
        row = await drafts.group(current, round_id, grouping=grouping, name=name, person_ids=people)
    click.echo(f"{row.title}: {len(people)} in {grouping}, {name}")


@rounds.command(name="open", epilog=_EXAMPLES)
@click.argument("round_id", type=click.UUID)
@with_database()
async def open_round(running: Running, *, round_id: UUID) -> None:
    """Fix what can be published and who is asked, and print what they are told."""
    row = await _do(running, opening.open_, round_id)
    click.echo(row.notice)


@rounds.command(epilog=_EXAMPLES)
@click.argument("round_id", type=click.UUID)
@with_database()
async def withdraw(running: Running, *, round_id: UUID) -> None:
    """Make an open round a draft again, until somebody has answered."""
    row = await _do(running, opening.withdraw, round_id)
    click.echo(f"{row.title}: {row.state}")


@rounds.command(epilog=_EXAMPLES)
@click.argument("round_id", type=click.UUID)
@click.option(
    "--address", default="http://127.0.0.1:8000", show_default=True, help="Where people reach this server."
)
@with_database()
async def invite(running: Running, *, round_id: UUID, address: str) -> None:
    """Print a link for everybody who has none yet, as CSV."""
    await _links(running, inviting.invite, round_id, address)


@rounds.command(epilog=_EXAMPLES)
@click.argument("round_id", type=click.UUID)
@click.option(
    "--address", default="http://127.0.0.1:8000", show_default=True, help="Where people reach this server."
)
@with_database()
async def remind(running: Running, *, round_id: UUID, address: str) -> None:
    """Print a new link for everybody who has not answered, as CSV; their old links lead nowhere then."""
    await _links(running, inviting.remind, round_id, address)


@rounds.command(epilog=_EXAMPLES)
@click.argument("round_id", type=click.UUID)
@with_database(queue=True)
async def close(running: Running, *, round_id: UUID) -> None:
    """Take no more answers, and wait until a worker has published what may be published."""
    # What the worker says while it works would stand beside the answer.
    logs.configure(quiet=True)
    row = await _do(running, closing.close, round_id)
    async with running.database.transaction(effective_on=calendar.today()) as session:
        job = (
            await session.scalars(select(Job).where(Job.function == PUBLISH, Job.key == f"round:{row.id}"))
        ).one()
    [done] = await see_through(running.database, running.servers, [job.id])
    if done.failed_at:
        raise Refused("NOT_PUBLISHED", f"It could not be published: {done.failure}")
    click.echo(f"{row.title}: PUBLISHED")


@rounds.command(name="list", epilog=_EXAMPLES)
@with_database()
async def list_rounds(running: Running) -> None:
    """List the rounds of all programmes."""
    async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
        for row in await current.session.scalars(select(Round).order_by(Round.opened_on, Round.title)):
            click.echo(f"{row.id}  {row.state:<9}  {row.title}")


async def _do(running: Running, command: Command, round_id: UUID) -> Round:
    async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
        return await command(current, round_id)


async def _links(running: Running, command: Command, round_id: UUID, address: str) -> None:
    async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
        await command(current, round_id)
        links: list[Link] = current.handed["links"]
    # Once the transaction is committed: a link that is printed works.
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerow(["name", "email", "link"])
    written.writerows(
        [_harmless(link.name), _harmless(link.email), f"{address.rstrip('/')}{link.path}"] for link in links
    )


def _harmless(words: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


async def _instrument(current: Work, key: str, version: int | None) -> Instrument:
    wanted: list[Any] = [Instrument.key == key]
    if version is not None:
        wanted.append(Instrument.version == version)
    found = await current.session.scalar(
        select(Instrument).where(*wanted).order_by(Instrument.version.desc()).limit(1)
    )
    if found is None:
        raise Refused(
            "UNKNOWN_INSTRUMENT",
            f"No instrument {key} is there. Take it in by tandem instruments load, or check the key and version.",
            field="instrument",
        )
    return found


async def _person(current: Work, email: str) -> UUID:
    found = await current.session.scalar(select(Person.id).where(Person.email == email.strip().lower()))
    if found is None:
        raise NotFound(f"person with the address {email}", field="emails")
    return found
