"""The command `tandem`: which commands there are, and how all of them end.

Exit codes: 0 done, 1 refused or failed, 2 wrongly called, 75 a server that is needed does not answer (for now), 130
interrupted by Ctrl-C, 143 told to stop.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from importlib.metadata import version
from types import FrameType
from typing import NoReturn

import click

from domain.errors import Refused

# A command's module is imported when the command is called, so that `tandem --help` is there at once.
COMMANDS = {
    "demo": ("api.cli.demo:demo", "Load the demo portfolio, compile a summary and open both."),
    "serve": ("api.cli.servers:serve", "Run the API and a worker until Ctrl-C."),
    "api": ("api.cli.servers:api", "Run the API alone."),
    "worker": ("api.cli.servers:worker", "Run a worker alone."),
    "migrate": ("api.cli.servers:migrate", "Bring the database to this version's tables."),
    "backup": ("api.cli.backups:backup", "Write all that there is to one file."),
    "restore": ("api.cli.backups:restore", "Bring a backup into an empty database."),
    "verify": ("api.cli.backups:verify", "Check that what is kept agrees with itself."),
    "import": ("api.cli.imports:imports", "Bring lists in from CSV or XLSX, and strengths frameworks."),
    "summaries": ("api.cli.summaries:summaries", "Compile sponsors' summaries."),
    "instruments": ("api.cli.instruments:instruments", "Take in the questionnaires that teams are asked."),
    "rounds": ("api.cli.rounds:rounds", "Have a team answer, and publish what may be published."),
    "query": ("api.cli.reading:query", "Ask a GraphQL question and print the answer."),
    "schema": ("api.cli.reading:schema", "Print the GraphQL schema, or check the published one."),
    "doctor": ("api.cli.doctor:doctor", "Look at a set-up and say what is wrong."),
    "stats": ("api.cli.reading:stats", "Say how many records of what there are."),
}
_EXAMPLES = """\b
Examples:
  tandem demo
  tandem import portfolio reports.csv --dry-run
  echo '{ programmes(first: 3) { totalCount nodes { ref title } } }' | tandem query -
  tandem summaries compile --organisation MOD --from 2015-09-30 --to 2016-09-30

\b
Settings, all optional:
  TANDEM_DATA_DIR      where data is kept [.tandem]
  TANDEM_DATABASE_URL  a PostgreSQL of your own instead of the embedded one
  TANDEM_READ_DATABASE_URL  standbys of it, from which requests are answered
  TANDEM_REDIS_URL     a Valkey or Redis of your own instead of the embedded one
  TANDEM_ADMIN_TOKEN   the token with which HTTP requests act as administrator
  TANDEM_METRICS_TOKEN the token with which /metrics can be read, and nothing else
  TANDEM_HOST, TANDEM_PORT  where the API listens [127.0.0.1, 8000]
  TANDEM_QUERY_TIMEOUT      seconds that a statement of a request may take [10]
  TANDEM_COST_PER_MINUTE    rows that one token may touch in a minute [by role]
  TANDEM_KEEP_DAYS     days until what did its work is removed [90]
"""
_EXIT_INTERRUPTED = 130
_EXIT_TOLD_TO_STOP = 143


class Commands(click.Group):
    """The group of all commands; refusals of any of them become one line and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names, in the order in which they are of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List them without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            raise (Away if refusal.code in _AWAY else click.ClickException)(refusal.message) from refusal


class Away(click.ClickException):
    """A server that is needed does not answer: the same command may do a moment later."""

    exit_code = os.EX_TEMPFAIL


_AWAY = {"DATABASE_UNREACHABLE", "QUEUE_UNREACHABLE"}


@click.group(cls=Commands, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("tandem"), prog_name="tandem", message="%(prog)s %(version)s")
def tandem() -> None:
    """Track programmes of several years in which several organisations learn to work together."""


def main() -> NoReturn:
    """The entry point: run what the command line says and leave with its exit code."""
    signal.signal(signal.SIGTERM, _told_to_stop)
    try:
        code = tandem.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = _EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _told_to_stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    # An exception, so that everything that was begun is ended: above all the embedded servers.
    sys.exit(_EXIT_TOLD_TO_STOP)
