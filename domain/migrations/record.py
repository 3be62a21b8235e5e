"""Write down what the catalogue says after the last step, beside what it says after those before (`make catalogue`).

It starts a PostgreSQL of its own. A step is frozen with its release, and this with it.
"""

from __future__ import annotations

import asyncio
import tempfile

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import embedded, migrations
from domain.migrations import catalogue
from domain.settings import Settings


def main() -> None:
    """The command line."""
    *before, last = migrations.known()
    with tempfile.TemporaryDirectory(prefix="tandem-catalogue-") as directory:
        settings = Settings.read({"TANDEM_DATA_DIR": directory})
        with embedded.servers(settings, durable=False) as servers:
            there = asyncio.run(_lines(servers.database_url))
    known = catalogue.expected(before[-1]) if before else set()
    changes = sorted([*(f"- {line}" for line in known - there), *(f"+ {line}" for line in there - known)])
    written = catalogue.DIRECTORY / f"{last}.txt"
    written.write_text("".join(f"{line}\n" for line in changes), "utf-8")
    print(written)


async def _lines(url: str) -> set[str]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.take, migrations.known()[-1])
        lines = await catalogue.lines(connection)
    await engine.dispose()
    return lines


if __name__ == "__main__":
    main()
