"""Backups and restores as tests make them, and what a file has in it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

from domain.backups.manifest import Manifest
from domain.backups.restoring import Restored, restore
from domain.backups.taking import take
from domain.database import Database
from domain.embedded.postgres import programs

MOMENT = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
"""When tests back up and restore."""


def quiet(_what: str, _done: int, _total: int) -> None:
    """Whoever need not know how far it is."""


async def backed_up(database: Database | str, path: Path, *, with_answers: bool = False) -> Manifest:
    """A backup of a database, or of that at a URL."""
    url = database if isinstance(database, str) else database.url
    return await take(url, path, quiet, now=MOMENT, with_answers=with_answers)


async def restored(path: Path, url: str, *, keep_rounds: bool = False, now: datetime = MOMENT) -> Restored:
    """A backup, brought into the database at a URL."""
    return await restore(url, path, quiet, now=now, keep_rounds=keep_rounds)


def contents(path: Path, scratch: Path) -> str:
    """All that a backup says, in words: PostgreSQL packs what it dumps."""
    with ZipFile(path) as container:
        dump = container.extract("database.dump", scratch)
        manifest = container.read("manifest.json").decode()
    words = [str(programs() / "pg_restore"), "--file=-", dump]
    return manifest + subprocess.run(words, capture_output=True, text=True, check=True).stdout
