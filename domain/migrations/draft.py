"""Draft the next step from the difference between the models and the steps so far (`make migration`).

    python -m domain.migrations.draft "Programmes get a colour"

Steps that are released, the first one above all, stay as they are: databases have gone them. It starts a PostgreSQL of
its own for the comparison. Read what it wrote: a draft knows no data.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.script import Script
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import embedded, migrations
from domain.history import keep_history_of
from domain.models import HISTORY, metadata
from domain.settings import Settings

_VERSIONS = migrations.DIRECTORY / "versions"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make migration", description="Draft a migration from the models.")
    parser.add_argument("message", help="what it changes, as a sentence without a full stop")
    message = parser.parse_args().message.strip()
    if not message:
        parser.error("say what it changes, for example: make migration m='Programmes get a colour'")
    with tempfile.TemporaryDirectory(prefix="tandem-draft-") as directory:
        settings = Settings.read({"TANDEM_DATA_DIR": directory})
        with embedded.servers(settings, durable=False) as servers:
            drafted = asyncio.run(draft(servers.database_url, message))
    if drafted is None:
        sys.exit("The models say what the migrations make: there is nothing to draft.")
    for words in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([Path(sys.executable).parent / "ruff", *words, drafted], check=True)  # noqa: S603 - our own
    print(drafted)


async def draft(
    url: str, message: str, *, models: MetaData = metadata, directory: Path = _VERSIONS
) -> Path | None:
    """Write the step from the migrations so far to the models into a directory, and say where; None if there is none.

    The database at that URL is empty: the steps so far are gone in it, and what it has then is compared.
    """
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.take, "head")
        drafted = await connection.run_sync(_revise, message, models, directory)
    await engine.dispose()
    return drafted


def _revise(connection: Connection, message: str, models: MetaData, directory: Path) -> Path | None:
    config = migrations.configuration(connection)
    config.attributes |= {"process_revision_directives": _with_history, "models": models}
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("version_locations", os.pathsep.join(map(str, {_VERSIONS, directory})))
    number = f"{int(migrations.known()[-1]) + 1:04d}"
    written = command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(directory))
    return Path(written.path) if isinstance(written, Script) else None


def _with_history(_context: Any, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Nothing is written where nothing changed; a new tracked table gets its trigger."""
    upgrades = cast("ops.UpgradeOps", directives[0].upgrade_ops).ops
    if not upgrades:
        directives.clear()
    tracked = {model.__tablename__ for model in HISTORY}
    made = [o.table_name for o in upgrades if isinstance(o, ops.CreateTableOp) and o.table_name in tracked]
    upgrades.extend(ops.ExecuteSQLOp(keep_history_of(table)) for table in made)


@renderers.dispatch_for(ops.ExecuteSQLOp, replace=True)
def _statement(_context: AutogenContext, operation: ops.ExecuteSQLOp) -> str:
    """A statement of several lines stays one that can be read."""
    statement = str(operation.sqltext)
    quoted = f'"""{statement}"""' if "\n" in statement else repr(statement)
    return f"op.execute({quoted})"


if __name__ == "__main__":
    main()
