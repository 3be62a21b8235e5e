"""The commands that read: `query`, `schema`, `stats`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson
from sqlalchemy import select

from api.cli.figures import Figures, figures
from api.cli.running import Running, with_database
from api.logs import configure
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.calendar import in_words
from domain.database import Database
from domain.errors import Refused
from domain.models import Person

_QUERY_EXAMPLES = """\b
Examples:
  echo '{ programmes(first: 3) { nodes { ref title } } }' | tandem query -
  tandem query question.graphql --variables '{"on": "2014-09-30"}'
  tandem query question.graphql --variables @variables.json --as sponsor@example.org
  tandem query --document-id pages/index

\b
The exit code is 1 if nothing could be answered; the answer on standard output says why.
"""


def _variables(_ctx: click.Context, _option: click.Parameter, value: str | None) -> dict[str, Any] | None:
    """JSON, or the content of a file of JSON."""
    if value is None:
        return None
    try:
        read = orjson.loads(Path(value[1:]).read_bytes() if value.startswith("@") else value)
    except OSError as error:
        raise click.BadParameter(f"{value[1:]} cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"this is not JSON ({error}).") from error
    if not isinstance(read, dict):
        raise click.BadParameter('give a JSON object such as {"on": "2014-09-30"}.')
    return read


@click.command(epilog=_QUERY_EXAMPLES)
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--document-id", help="Ask a trusted document by its id or name instead of a FILE.")
@click.option("--variables", callback=_variables, help="Variables as a JSON object, or @FILE.")
@click.option("--operation", help="Which operation, where there are several.")
@click.option(
    "--as", "email", metavar="EMAIL", help="Ask with the rights of that person instead of all rights."
)
@click.pass_context
@with_database()
async def query(
    running: Running,
    ctx: click.Context,
    *,
    file: BinaryIO | None,
    document_id: str | None,
    variables: dict[str, Any] | None,
    operation: str | None,
    email: str | None,
) -> None:
    """Ask the GraphQL operation in FILE (or - for standard input) and print the answer as JSON."""
    from graph import asking  # noqa: PLC0415 - the schema takes a second to import; the other commands need none

    # To standard error: an answer on standard output stays JSON even if something fails.
    configure()
    text = _text(file, document_id)
    viewer = ADMINISTRATOR if email is None else await _person(running.database, email)
    answer = await asking.execute(
        running.database,
        viewer,
        query=text,
        document_id=_document(document_id),
        variables=variables,
        operation_name=operation,
    )
    content = orjson.loads(answer.body)
    click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    if content.get("errors") and content.get("data") is None:
        ctx.exit(1)


def _text(file: BinaryIO | None, document_id: str | None) -> str | None:
    if (file is None) == (document_id is None):
        raise click.UsageError("Give either a FILE (or - for standard input) or --document-id.")
    if file is None:
        return None
    try:
        return file.read().decode()
    except UnicodeDecodeError as error:
        raise Refused("NOT_UTF_8", "The question is not text in UTF-8: save it as UTF-8.") from error


def _document(name: str | None) -> str | None:
    """The id of a trusted document: by its name too, which people can remember."""
    from graph.trusted import documents  # noqa: PLC0415 - as above

    known = documents().get(name) if name is not None else None
    return known.id if known is not None else name


async def _person(database: Database, email: str) -> Viewer:
    """The sponsor with that address.

    Raises:
        Refused: nobody has it.
    """
    async with database.engine.connect() as connection:
        found = await connection.scalar(select(Person.id).where(Person.email == email.strip().lower()))
    if found is None:
        raise Refused(
            "UNKNOWN_PERSON",
            f"Nobody has the address {email}. "
            "This lists who is known: echo '{ people { nodes { name email } } }' | tandem query -",
        )
    return Viewer(Role.SPONSOR, found)


@click.command(epilog="\b\nExamples:\n  tandem schema > schema.graphql\n  tandem schema --check")
@click.option("--check", is_flag=True, help="Compare with the published graphql/schema.graphql instead.")
@click.pass_context
def schema(ctx: click.Context, *, check: bool) -> None:
    """Print the GraphQL schema: everything that can be asked and done."""
    from graph.schema import schema as ours  # noqa: PLC0415 - as above

    printed = f"{ours.as_str().rstrip()}\n"
    if not check:
        click.echo(printed, nl=False)
        return
    difference = list(_difference(printed))
    if difference:
        click.echo("".join(difference), nl=False)
        click.echo(
            "The published schema is not the code's. To publish it anew: tandem schema > graphql/schema.graphql",
            err=True,
        )
        ctx.exit(1)
    click.echo("The published schema is the code's.")


def _difference(printed: str) -> list[str]:
    """The lines in which the published schema differs.

    Raises:
        Refused: there is none here, since this is no checkout of Tandem.
    """
    import graph  # noqa: PLC0415 - as above

    path = Path(str(graph.__file__)).parents[1] / "schema.graphql"
    if not path.exists():
        raise Refused("NO_PUBLISHED_SCHEMA", f"{path} is not there: --check works in a checkout of Tandem.")
    published = path.read_text(encoding="utf-8")
    return list(
        difflib.unified_diff(
            published.splitlines(keepends=True), printed.splitlines(keepends=True), "published", "code"
        )
    )


@click.command(epilog="\b\nExamples:\n  tandem stats\n  tandem stats --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_database()
async def stats(running: Running, *, as_json: bool) -> None:
    """Say how many records of what there are, how large the database is, and what is still to be done."""
    found = await figures(running.database)
    click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2) if as_json else _table(found))


def _table(found: Figures) -> str:
    lines = {name: f"{number:,}" for name, number in found.records.items()}
    lines["size of the database"] = f"{found.database_bytes / 1_000_000:,.1f} MB"
    lines["latest report"] = in_words(found.latest_report_on) if found.latest_report_on else "none yet"
    lines["jobs waiting"] = f"{found.jobs_waiting:,}"
    lines["jobs failed"] = f"{found.jobs_failed:,}"
    width = max(map(len, lines))
    return "\n".join(f"{name.capitalize():<{width}}  {value:>12}" for name, value in lines.items())
