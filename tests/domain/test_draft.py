"""`make migration` drafts what changed and nothing else, and what was released stays as it is."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import asyncpg
from sqlalchemy import Column, Index, MetaData, Text

from domain import migrations
from domain.history import keep_history_of
from domain.migrations.draft import draft
from domain.models import metadata

# Whoever needs other tables writes another step: databases of people have gone these.
_RELEASED = {
    "versions/0001_first_tables.py": "d4f0046cd6d942ff7ac83b87392c46743cc067bdd4e48d21320451d0c3f24e83",
    "catalogues/0001.txt": "73edd690c684966bb1cdab908e24a882a63a44eb384931c8487e96b4fb43d41e",
}


def _models() -> MetaData:
    """The models of Tandem, to be changed without changing them."""
    copied = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(copied)
    return copied


async def test_a_draft_of_nothing_is_empty(empty_database_url: str, tmp_path: Path) -> None:
    assert await draft(empty_database_url, "Nothing changed", directory=tmp_path) is None
    assert list(tmp_path.iterdir()) == []


async def test_a_draft_has_what_changed_and_nothing_else(empty_database_url: str, tmp_path: Path) -> None:
    models = _models()
    for name in ("programmes", "programmes_history"):
        models.tables[name].append_column(Column("colour", Text, nullable=True))
    Index("ix_programmes_colour", models.tables["programmes"].c.colour)
    drafted = await draft(empty_database_url, "Programmes get a colour", models=models, directory=tmp_path)
    assert drafted is not None
    last = migrations.known()[-1]
    assert drafted.name == f"{int(last) + 1:04d}_programmes_get_a_colour.py"
    written = drafted.read_text()
    assert f'down_revision = "{last}"' in written.replace("'", '"')
    assert [line.split("(")[0].strip() for line in written.splitlines() if "op." in line] == [
        "op.add_column",
        "op.create_index",
        "op.add_column",
    ]


async def test_a_new_tracked_table_is_drafted_with_its_trigger(
    empty_database_url: str, tmp_path: Path
) -> None:
    await migrations.upgrade(empty_database_url)
    connection = await asyncpg.connect(empty_database_url.replace("+asyncpg", ""))
    await connection.execute("DROP TABLE phases; DROP TABLE phases_history")
    await connection.close()
    drafted = await draft(empty_database_url, "Phases", directory=tmp_path)
    assert drafted is not None
    written = drafted.read_text()
    assert written.count("op.create_table(") == 2
    assert written.count("op.execute(") == 1
    assert keep_history_of("phases") in written


def test_what_was_released_stays_as_it_is() -> None:
    there = {name: (migrations.DIRECTORY / name).read_bytes() for name in _RELEASED}
    assert {name: sha256(content).hexdigest() for name, content in there.items()} == _RELEASED
