"""`tandem demo`: a real portfolio and synthetic programmes loaded, one summary compiled, and all of it served."""

from __future__ import annotations

import asyncio
import csv
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click

from api.cli.compiling import Described, compile_for, described
from api.cli.figures import figures
from api.cli.running import Running, opened, until_told_to_stop
from api.cli.servers import answering, listening, parts, reserved, url
from api.cli.supervision import supervised
from api.demo import CASES, enter
from domain import embedded
from domain.calendar import in_words, now, today
from domain.database import Database
from domain.errors import Refused
from domain.imports import import_organisations, import_portfolio, import_successions
from domain.settings import Settings
from domain.summaries.models import Summary
from domain.summaries.period import Period

_DATA = Path(__file__).parent.parent / "demo"
_PORTFOLIO = _DATA / "portfolio-2013-2016.csv"
_ORGANISATION = "MOD"
_FROM, _TO = date(2015, 9, 30), date(2016, 9, 30)
_SHOWN = (
    "organisations",
    "successions",
    "programmes",
    "status reports",
    "milestones",
    "ledger entries",
    "sponsors",
)


@click.command(epilog="\b\nExamples:\n  tandem demo\n  tandem demo --port 8080")
@listening
@click.option("--no-serve", is_flag=True, help="Only load and compile.")
def demo(host: str | None, port: int | None, *, no_serve: bool) -> None:
    """Load the demo portfolio and programmes, compile a sponsor's summary, and serve them until Ctrl-C.

    What is loaded already is not loaded again.
    """
    settings = Settings.read()
    address = host or settings.host, port or settings.port

    async def work(servers: embedded.Servers) -> None:
        async with opened(servers) as database:
            summary = await _prepare(Running(settings, servers, database))
        if not no_serve:
            await _serve(*address, summary)

    with (
        nullcontext() if no_serve else reserved(*address),
        embedded.servers(settings, queue=True) as servers,
    ):
        asyncio.run(until_told_to_stop(work(servers)))


async def _prepare(running: Running) -> Described:
    there = await figures(running.database)
    if there.latest_report_on is None or there.latest_report_on < _last_report():
        await _load(running.database)
    else:
        click.echo("The demo portfolio is there already.")
    await _enter(running.database)
    there = await figures(running.database)
    click.echo(", ".join(f"{there.records[name]:,} {name}" for name in _SHOWN))
    summary = await _summary(running)
    click.echo(f"\n{summary.in_words()}\n")
    return summary


async def _load(database: Database) -> None:
    click.echo("Loading the government's major projects of 2013 to 2016.")
    click.echo("Contains public sector information licensed under the Open Government Licence v3.0.")
    await import_organisations(database, _DATA / "organisations.csv", now=now())
    await import_successions(database, _DATA / "successions.csv", now=now())
    result = await import_portfolio(database, _PORTFOLIO, now=now())
    for report in result.reports:
        click.echo(f"{in_words(report.reported_on)}: {report.rows:,} programmes reported")


async def _enter(database: Database) -> None:
    """The programmes whose answers are synthetic; api/demo/README.md says which published figures they give."""
    for case in CASES:
        entered = await enter(database, case)
        click.echo(f"{case.title}: {'entered, with synthetic answers' if entered else 'there already'}")


def _last_report() -> date:
    """Its rows are applied in the order of their dates, so with the last date all of them are there."""
    with _PORTFOLIO.open(encoding="utf-8", newline="") as rows:
        return max(date.fromisoformat(row["reported_on"]) for row in csv.DictReader(rows))


async def _summary(running: Running) -> Described:
    """The summary that the demo shows: as it was compiled once, or compiled now."""
    found = await described(running.database, Summary.period_from == _FROM, Summary.period_to == _TO)
    found = [summary for summary in found if _ORGANISATION in summary.organisations]
    if not found:
        period = Period.between(_FROM, _TO, today=today())
        found = await compile_for(running, period, organisation=_ORGANISATION)
    if not found:
        raise Refused("NO_SUMMARY", "The demo's summary is gone: start anew with another TANDEM_DATA_DIR.")
    return found[0]


async def _serve(host: str, port: int, summary: Described) -> None:
    async with supervised(parts(host, port)):
        await answering(host, port)
        here = url(host, port)
        click.echo(f"Tandem        {here}/")
        click.echo(f"This summary  {here}/summaries/{summary.summary.id}")
        click.echo(f"GraphQL       {here}/graphql")
        click.echo("Ctrl-C stops it.")
        await asyncio.Event().wait()
