"""The command `doctor`."""

from __future__ import annotations

import asyncio
import sys

import click
import orjson

from api.doctor import Finding, Level, examine

_COLOURS = {Level.OK: "green", Level.NOTE: "blue", Level.WARNING: "yellow", Level.WRONG: "red"}


@click.command(
    epilog="\b\nExamples:\n  tandem doctor\n  tandem doctor --json | jq '.[] | select(.level == \"wrong\")'"
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of what was found.")
def doctor(*, as_json: bool) -> None:
    """Look at the set-up that the environment describes, and say what is wrong; nothing is started or changed.

    The exit code is 1 where something is wrong.
    """
    found = asyncio.run(_told(quiet=as_json))
    if as_json:
        listed = [{"subject": f.subject, "level": f.level.value, "words": f.words} for f in found]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2))
    if any(finding.level is Level.WRONG for finding in found):
        sys.exit(1)


async def _told(*, quiet: bool) -> list[Finding]:
    found = []
    async for finding in examine():
        found.append(finding)
        if not quiet:
            level = click.style(f"{finding.level.value:8}", fg=_COLOURS[finding.level])
            click.echo(f"{level}{finding.subject}: {finding.words}")
    return found
