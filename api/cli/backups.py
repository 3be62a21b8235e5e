"""`tandem backup`, `tandem restore` and `tandem verify`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import click

from api.cli.progress import shown
from api.cli.running import Running, reached, until_told_to_stop, with_database
from domain import embedded
from domain.backups import restoring, taking
from domain.backups.manifest import Manifest
from domain.backups.verification import CHECKS, deviations
from domain.calendar import LONDON, in_words, now, today
from domain.settings import Settings

_EXAMPLES = """\b
Examples:
  tandem backup /backups/tandem-2026-12-04.backup
  TANDEM_DATA_DIR=/srv/tandem-new tandem restore /backups/tandem-2026-12-04.backup
  TANDEM_DATABASE_URL=postgresql://tandem@db/restored tandem restore /backups/tandem-2026-12-04.backup
  tandem verify
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--with-answers",
    is_flag=True,
    help="Also the answers of rounds that are not published: guard the file as the server.",
)
def backup(file: Path, *, with_answers: bool) -> None:
    """Write all that there is to one new file, as it is at one moment; everybody goes on meanwhile."""

    async def work(servers: embedded.Servers) -> None:
        with reached(), shown() as tell:
            manifest = await taking.take(
                servers.database_url, file, tell, now=now(), with_answers=with_answers
            )
        click.echo(f"{file} has {_size(file)}: {_counted(manifest)}.")
        click.echo(
            "The answers of rounds that are not published are in it: guard it as the server."
            if with_answers
            else "The answers of rounds that are not published are left out."
        )

    _with_servers(work)


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep-rounds",
    is_flag=True,
    help="Let rounds go on with their answers: only if nothing was published since the backup.",
)
def restore(file: Path, *, keep_rounds: bool) -> None:
    """Bring a backup into an empty database, and say whether all of it is as it was.

    Rounds that were not published are withdrawn, and their people can be asked anew.
    """

    async def work(servers: embedded.Servers) -> None:
        with reached(), shown() as tell:
            done = await restoring.restore(
                servers.database_url, file, tell, now=now(), keep_rounds=keep_rounds
            )
        taken = done.manifest.taken_at
        moment = f"{in_words(today(taken))}, {taken.astimezone(LONDON):%H:%M} in London"
        click.echo(f"Restored as of {moment}, and the same as then: {_counted(done.manifest)}.")
        for title in done.withdrawn:
            click.echo(f"Withdrawn, to be opened anew: {title}")
        await _verified(servers.database_url)

    _with_servers(work)


@click.command(epilog=_EXAMPLES)
@with_database()
async def verify(running: Running) -> None:
    """Check at any time that what is kept agrees with itself; each deviation is a line, and then the exit code is 1."""
    await _verified(running.servers.database_url)


async def _verified(url: str) -> None:
    found = 0
    with reached(), shown() as tell:
        async for deviation in deviations(url, tell):
            found += 1
            click.echo(deviation)
    if found:
        what = "deviation was" if found == 1 else "deviations were"
        raise click.ClickException(f"{found:,} {what} found: restore a backup from before, or report it.")
    click.echo(f"Verified: {'; '.join(check.words for check in CHECKS)}.")


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:,.1f} MB"


def _counted(manifest: Manifest) -> str:
    figures = manifest.figures
    return (
        f"{sum(figures.tables.values()):,} rows in {len(figures.tables)} tables, ledgers of "
        f"{figures.ledger.milestones:,} milestones with {figures.ledger.moves:,} moves, "
        f"hashes of {len(figures.issued):,} issued summaries"
    )


def _with_servers(work: Callable[[embedded.Servers], Coroutine[None, None, None]]) -> None:
    """Do work with a database as it is: it may be empty, or of an earlier version."""
    with embedded.servers(Settings.read()) as servers:
        asyncio.run(until_told_to_stop(work(servers)))
