"""The commands about sponsors' summaries."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import click
import orjson

from api.cli.compiling import compile_for, described
from api.cli.running import Running, with_database
from domain.calendar import today
from domain.errors import NotFound
from domain.summaries.models import Summary
from domain.summaries.period import Period

_COMPILE_EXAMPLES = """\b
Examples:
  tandem summaries compile --from 2015-09-30 --to 2016-09-30
  tandem summaries compile --organisation MOD --from 2015-09-30 --to 2016-09-30 --json
  tandem summaries compile --sponsor ada.king@example.org --from 2025-12-31 --to 2026-03-31

\b
The period runs from the end of the first day to the end of the second. Without --organisation and --sponsor, the
summaries of all sponsors of the period are compiled.
"""
_SHOW_EXAMPLES = """\b
Examples:
  tandem summaries list
  tandem summaries show 01963f6e-7c1b-7d53-8f5a-6f0f9f6f1c55
  tandem summaries show 01963f6e-7c1b-7d53-8f5a-6f0f9f6f1c55 --html > summary.html
"""


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date: write it as 2015-09-30.", param, ctx)


_DAY = _Day()


@click.group(epilog=_COMPILE_EXAMPLES)
def summaries() -> None:
    """Compile what sponsors need to know about a period, and read it."""


@summaries.command(name="compile", epilog=_COMPILE_EXAMPLES)
@click.option("--organisation", metavar="CODE", help="Only sponsors who sit for this organisation.")
@click.option("--sponsor", metavar="EMAIL", help="Only this sponsor.")
@click.option("--from", "starts", type=_DAY, required=True, metavar="DATE", help="For example 2015-09-30.")
@click.option("--to", "ends", type=_DAY, required=True, metavar="DATE", help="For example 2016-09-30.")
@click.option("--json", "as_json", is_flag=True, help="Print a list as JSON.")
@with_database(queue=True)
async def compile_summaries(
    running: Running,
    *,
    organisation: str | None,
    sponsor: str | None,
    starts: date,
    ends: date,
    as_json: bool,
) -> None:
    """Compile sponsors' summaries of a period and print their headlines."""
    period = Period.between(starts, ends, today=today())
    compiled = await compile_for(running, period, organisation=organisation, sponsor=sponsor)
    if as_json:
        _print_json([each.as_data() for each in compiled])
    else:
        click.echo("\n\n".join(each.in_words() for each in compiled))


@summaries.command(name="list", epilog=_SHOW_EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="Print a list as JSON.")
@with_database()
async def list_summaries(running: Running, *, as_json: bool) -> None:
    """List the summaries that were compiled, the latest period first."""
    found = await described(running.database)
    if as_json:
        _print_json([each.as_data() for each in found])
        return
    for each in found:
        click.echo(f"{each.summary.id}  {each.period_in_words():<40}  {each.summary.state:<8}  {each.name}")
    if not found:
        click.echo("No summary has been compiled yet: tandem summaries compile --help says how.", err=True)


@summaries.command(epilog=_SHOW_EXAMPLES)
@click.argument("summary_id", metavar="ID", type=click.UUID)
@click.option("--html", "as_html", is_flag=True, help="Print the page.")
@click.option("--json", "as_json", is_flag=True, help="Print everything it says, with the sources, as JSON.")
@with_database()
async def show(
    running: Running,
    *,
    summary_id: UUID,
    as_html: bool,
    as_json: bool,
) -> None:
    """Show a summary: its headline, its page, or everything it says."""
    found = await described(running.database, Summary.id == summary_id)
    if not found:
        raise NotFound("summary", field="id")
    if as_html:
        click.echo(found[0].summary.html)
    elif as_json:
        _print_json(found[0].summary.content)
    else:
        click.echo(found[0].in_words())


def _print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
