"""Draft the next step from the difference between the models and the steps so far (`make migration`).

    python -m domain.migrations.draft "Programmes get a colour"    the next step
    python -m domain.migrations.draft --initial                    the first step anew, before the first release

It starts a PostgreSQL of its own for the comparison. Read what it wrote: a draft knows no data.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import embedded, migrations
from domain.history import KEEP_HISTORY, STAYS, STAYS_TRIGGERS, UUID_RANGE, keep_history_of
from domain.milestones.ledger import LEDGER_ADDS_UP, LEDGER_TRIGGERS
from domain.models import HISTORY
from domain.sessions import methods
from domain.settings import Settings


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make migration", description="Draft a migration from the models.")
    parser.add_argument("message", nargs="?", help="what it changes, as a sentence without a full stop")
    parser.add_argument("--initial", action="store_true", help="make the first step anew")
    given = parser.parse_args()
    if not given.initial and not given.message:
        parser.error("say what it changes, for example: make migration m='Programmes get a colour'")
    versions = migrations.DIRECTORY / "versions"
    if given.initial:
        for path in versions.glob("0001_*.py"):
            path.unlink()
    number = f"{len(migrations.known()) + 1:04d}"
    with tempfile.TemporaryDirectory(prefix="tandem-draft-") as directory:
        settings = Settings.read({"TANDEM_DATA_DIR": directory})
        with embedded.servers(settings, durable=False) as servers:
            asyncio.run(_draft(servers.database_url, number, given.message or "First tables"))
    drafted = [str(path) for path in versions.glob(f"{number}_*.py")]
    for words in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([Path(sys.executable).parent / "ruff", *words, *drafted], check=True)  # noqa: S603 - our own
    print(*drafted)


async def _draft(url: str, number: str, message: str) -> None:
    if migrations.known():
        await migrations.upgrade(url)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_revise, number, message)
    await engine.dispose()


def _revise(connection: Connection, number: str, message: str) -> None:
    config = migrations.configuration(connection)
    config.attributes["process_revision_directives"] = _with_history
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    command.revision(config, message, autogenerate=True, rev_id=number)


def _with_history(_context: Any, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Tracked tables get their trigger, and the first step what all of them and the ledger need."""
    script = directives[0]
    upgrades = cast("ops.UpgradeOps", script.upgrade_ops).ops
    tracked = {model.__tablename__ for model in HISTORY}
    made = [o.table_name for o in upgrades if isinstance(o, ops.CreateTableOp) and o.table_name in tracked]
    upgrades.extend(ops.ExecuteSQLOp(keep_history_of(table)) for table in made)
    if script.rev_id == "0001":
        upgrades[:0] = [ops.ExecuteSQLOp(UUID_RANGE), ops.ExecuteSQLOp(KEEP_HISTORY)]
        rules = (LEDGER_ADDS_UP, *LEDGER_TRIGGERS, STAYS, *STAYS_TRIGGERS, methods.put_in())
        upgrades.extend(ops.ExecuteSQLOp(statement) for statement in rules)


@renderers.dispatch_for(ops.ExecuteSQLOp, replace=True)
def _statement(_context: AutogenContext, operation: ops.ExecuteSQLOp) -> str:
    """A statement of several lines stays one that can be read."""
    statement = str(operation.sqltext)
    quoted = f'"""{statement}"""' if "\n" in statement else repr(statement)
    return f"op.execute({quoted})"


if __name__ == "__main__":
    main()
