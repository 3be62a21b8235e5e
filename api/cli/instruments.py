"""`tandem instruments`: what can be asked."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from api.cli.running import Running, with_database
from domain import calendar
from domain.access.viewers import ADMINISTRATOR
from domain.assessments import storing
from domain.assessments.models import Instrument
from domain.assessments.problems import InstrumentRefused
from domain.described import LONGEST
from domain.errors import Refused
from domain.work import work

_EXAMPLES = """\b
Examples:
  tandem instruments load
  tandem instruments load our-audit.yaml
  tandem instruments list

\b
An instrument never changes: other content needs another version. Its JSON Schema is
domain/assessments/instrument.schema.json.
"""
_MOST_BYTES = 4 * LONGEST


@click.group(epilog=_EXAMPLES)
def instruments() -> None:
    """Take in the questionnaires that teams are asked."""


@instruments.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@with_database()
async def load(running: Running, *, file: Path | None) -> None:
    """Take in the instrument of a YAML file; without one, those that come with Tandem."""
    try:
        async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
            if file is None:
                rows = await storing.store_shipped(current)
            else:
                rows = [await storing.store(current, file=_read(file))]
    except InstrumentRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        raise
    for row in rows:
        click.echo(_described(row))


@instruments.command(name="list", epilog=_EXAMPLES)
@with_database()
async def list_instruments(running: Running) -> None:
    """List the instruments that teams can be asked."""
    async with work(running.database, ADMINISTRATOR, now=calendar.now()) as current:
        rows = list(
            await current.session.scalars(select(Instrument).order_by(Instrument.key, Instrument.version))
        )
    for row in rows:
        click.echo(_described(row))
    if not rows:
        click.echo(
            "There is none yet: tandem instruments load takes in those that come with Tandem.", err=True
        )


def _described(row: Instrument) -> str:
    return f"{row.id}  {row.key} {row.version}: {row.title} ({row.author}, {row.licence})"


def _read(file: Path) -> str:
    """The text of a file, as far as it is worth reading."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES + 1).decode()
    except OSError as error:
        raise Refused("NO_FILE", f"{file} cannot be read: {error.strerror}.", field="file") from error
    except UnicodeDecodeError as error:
        raise Refused("NOT_UTF8", f"{file} is not UTF-8. Save it as that.", field="file") from error
