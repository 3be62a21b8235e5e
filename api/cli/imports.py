"""`tandem import`: organisations, what became of them, reports of a portfolio, and members of cohorts, from files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.cli.running import Running, with_database
from domain import calendar
from domain.calendar import in_words
from domain.errors import Refused
from domain.imports import (
    Decision,
    DecisionCode,
    ImportRefused,
    ImportResult,
    Outcome,
    import_framework,
    import_members,
    import_organisations,
    import_portfolio,
    import_strengths,
    import_successions,
)
from domain.imports import Progress as Told
from domain.imports.results import silent

Command = TypeVar("Command", bound=Callable[..., Any])
Import = Callable[..., Awaitable[ImportResult]]

_HEADINGS = {
    DecisionCode.PROGRAMME_RENAMED: "Renamed",
    DecisionCode.PROGRAMME_LEFT: "Not in the report any more, closed",
    DecisionCode.PROGRAMME_RETURNED: "In a report again, active again",
    DecisionCode.PROGRAMME_BEGUN: "In a report for the first time, active now",
    DecisionCode.LEAD_CHANGED: "Led by another organisation",
    DecisionCode.LEAD_ASSIGNED: "Led by a successor after a split",
    DecisionCode.LEAD_CLOSED: "Led by an organisation that had closed",
    DecisionCode.LEAD_NOT_OPEN_YET: "Led by an organisation that had not opened",
    DecisionCode.START_AFTER_END: "Start after the end",
    DecisionCode.END_ALREADY_ACHIEVED: "Planned end reached already",
    DecisionCode.COST_BELOW_ZERO: "Cost below zero",
    DecisionCode.COST_IMPLAUSIBLE: "Cost that can hardly be true",
    DecisionCode.ROW_CORRECTED: "Reported on that date already, corrected",
    DecisionCode.SPONSOR_TO_BE_NAMED: "Sponsors to be named",
    DecisionCode.PERSON_RENAMED: "Called by another name",
    DecisionCode.POSITION_KEPT: "Position kept as it was",
    DecisionCode.EMPLOYER_ADDED: "Belongs to several organisations",
}
_EXAMPLES = """\b
Examples:
  tandem import organisations organisations.csv
  tandem import successions successions.csv
  tandem import portfolio reports.csv --dry-run
  tandem import portfolio reports.csv --json
  tandem import members members.xlsx --dry-run
  tandem import framework working-together
  tandem import strengths profiles.xlsx --dry-run
"""


@click.group("import", epilog=_EXAMPLES)
def imports() -> None:
    """Import CSV files (UTF-8, with a header), members also from a workbook (XLSX).

    All errors are told at once, with row and column, and nothing is written if there are any. What is known already
    is left as it is, so that a file can be imported again.
    """


def _examples(what: str, file: str) -> str:
    """The end of a command's help: how it is rehearsed, and how it is done."""
    called = f"tandem import {what} {file}"
    return "\n  ".join(["\b\nExamples:", f"{called} --dry-run", called, f"{called} --json"])


def _file_and_options(command: Command) -> Command:
    """What all imports take."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    dry_run = click.option(
        "--dry-run", is_flag=True, help="Say exactly what the import would do, and write nothing."
    )
    file = click.argument("file", type=click.Path(path_type=Path))
    return file(dry_run(as_json(command)))


@imports.command(epilog=_examples("organisations", "organisations.csv"))
@_file_and_options
@with_database()
async def organisations(running: Running, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import organisations.

    Columns: code, name, kind; if wanted also opened_on, closed_on, parent (a code), ods, gss.
    """
    await _run(import_organisations, running, file, dry_run=dry_run, as_json=as_json)


@imports.command(epilog=_examples("successions", "successions.csv"))
@_file_and_options
@with_database()
async def successions(running: Running, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import which organisations took over from which.

    Columns: predecessor, successor (codes), on.
    """
    await _run(import_successions, running, file, dry_run=dry_run, as_json=as_json)


@imports.command(epilog=_examples("portfolio", "reports.csv"))
@_file_and_options
@with_database()
async def portfolio(running: Running, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import complete reports of a portfolio, one row for each programme and report.

    Columns: reported_on, programme_ref, programme, lead_organisation (a code), category, delivery_confidence,
    starts_on, ends_on, whole_life_cost_gbp_m. A programme that a report does not name has left the portfolio by then.
    """
    await _run(import_portfolio, running, file, dry_run=dry_run, as_json=as_json)


@imports.command(epilog=_examples("members", "members.xlsx"))
@_file_and_options
@with_database()
async def members(running: Running, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import members of cohorts, from a CSV file or the first sheet of a workbook (XLSX).

    Columns: cohort (a name), name, email, organisation (a code), joined_on; if wanted also programme (a reference,
    where several have a cohort of that name), position, role (PARTICIPANT or FACILITATOR), left_on. Who is not known by
    their address is created.
    """
    await _run(import_members, running, file, dry_run=dry_run, as_json=as_json)


@imports.command(epilog=_examples("framework", "working-together"))
@_file_and_options
@with_database()
async def framework(running: Running, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Store a strengths framework from a YAML file, or the shipped one of that name (working-together).

    The file has key, version, name, licence, owner, language, profile and clusters with their strengths, as
    domain/strengths/framework.schema.json says. What is stored never changes: a change is a new version.
    """
    await _run(import_framework, running, file, dry_run=dry_run, as_json=as_json)


@imports.command(epilog=_examples("strengths", "profiles.xlsx"))
@_file_and_options
@with_database()
async def strengths(running: Running, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import strengths profiles, from a CSV file or the first sheet of a workbook (XLSX).

    Columns: email, framework (a key), assessed_on, strengths (keys with semicolons between them, in order where the
    framework has one); if wanted also version. To whom a profile is shown, each person says by their consent.
    """
    await _run(import_strengths, running, file, dry_run=dry_run, as_json=as_json)


async def _run(bring_in: Import, running: Running, file: Path, *, dry_run: bool, as_json: bool) -> None:
    try:
        with _progress() as told:
            result = await bring_in(
                running.database, file, now=calendar.now(), dry_run=dry_run, progress=told
            )
    except Refused as refused:
        if as_json:
            click.echo(json.dumps(_errors(refused), indent=2))
        else:
            _print_errors(refused)
        raise click.exceptions.Exit(1) from refused
    click.echo(json.dumps(result.to_json(), indent=2) if as_json else "\n".join(_report(result)))


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar on the terminal; where nobody watches, nothing."""
    if not sys.stderr.isatty():
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=None)

        def told(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield told


def _errors(refused: Refused) -> dict[str, Any]:
    if isinstance(refused, ImportRefused):
        problems, total = [problem.to_json() for problem in refused.problems], refused.total
    else:
        problems = [{"code": refused.code, "message": refused.message, "row": None, "column": None}]
        total = 1
    return {"errors": problems, "errorCount": total, "message": refused.message}


def _print_errors(refused: Refused) -> None:
    if isinstance(refused, ImportRefused) and refused.total > 1:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        if refused.total > len(refused.problems):
            click.echo(f"... and {refused.total - len(refused.problems):,} more.", err=True)
    click.echo(f"Error: {refused.message}", err=True)


def _report(result: ImportResult) -> Iterator[str]:
    if result.dry_run:
        yield "Dry run: nothing was written. The import would do this."
    yield f"{result.file}: {_number(result.rows, 'row')}"
    yield ""
    yield f"{'':16}" + "".join(f"{outcome.value:>10}" for outcome in Outcome)
    for kind, counter in result.counts.items():
        yield f"{_words(kind.value):16}" + "".join(f"{counter[outcome]:>10,}" for outcome in Outcome)
    if result.reports:
        yield ""
    for report in result.reports:
        told = {
            "new": report.created,
            "changed": report.changed,
            "back": report.returned,
            "left": report.closed,
        }
        news = [f"{number:,} {name}" for name, number in told.items() if number]
        programmes = _number(report.rows, "programme")
        yield f"{in_words(report.reported_on)}: {programmes}, {', '.join(news) or 'nothing new'}"
    yield from _decisions(result)


def _decisions(result: ImportResult) -> Iterator[str]:
    if result.decided:
        yield ""
        yield f"Decided by the import ({result.decided:,}):"
    in_groups = sorted(result.decisions, key=lambda decision: list(_HEADINGS).index(decision.code))
    for code, group in groupby(in_groups, key=lambda decision: decision.code):
        decisions = list(group)
        yield f"  {_HEADINGS[code]} ({len(decisions):,})"
        yield from (f"    {_place(decision)}{decision.message}" for decision in decisions)
    if result.decided > len(result.decisions):
        yield f"  ... and {result.decided - len(result.decisions):,} more"


def _place(decision: Decision) -> str:
    on = [in_words(decision.reported_on)] if decision.reported_on else []
    row = [f"row {decision.row}"] if decision.row else []
    return f"{', '.join(on + row)}: " if on or row else ""


def _number(number: int, name: str) -> str:
    return f"1 {name}" if number == 1 else f"{number:,} {name}s"


def _words(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f" {letter[0].lower()}", name)
