"""Frameworks: the one that is shipped, files that are none, and that what is stored stays."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import asyncpg
import pytest
import yaml
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from domain.access.viewers import Role, Viewer
from domain.database import Database
from domain.described import LONGEST
from domain.errors import Forbidden, Refused
from domain.models import JournalEntry, Strength, StrengthsCluster, StrengthsFramework
from domain.strengths import frameworks
from domain.strengths.framework import FrameworkRefused
from domain.strengths.reading import read_framework, schema, shipped
from tests.factories import NOBODY, acting
from tests.refusals import refused

FILE = """
key: small
version: 1
name: A small one
licence: Licence 4711
owner: Somebody Ltd
language: en-GB
profile: {most: 2, ranked: true}
clusters:
  - key: head
    name: Head
    strengths: [{key: thinking, name: Thinking}, {key: asking, name: Asking, description: "Asks.\\nThen waits."}]
  - key: hand
    name: Hand
    strengths: [{key: making, name: Making}]
"""


def changed(**parts: Any) -> str:
    """The file with some parts changed; None takes a part out."""
    described = {**yaml.safe_load(FILE), **parts}
    return yaml.safe_dump({key: value for key, value in described.items() if value is not None})


def problems(file: str) -> list[tuple[str, str]]:
    """The codes and paths of what is wrong with a file."""
    with pytest.raises(FrameworkRefused) as refusal:
        read_framework(file)
    return [(problem.code, problem.path) for problem in refusal.value.problems]


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_shipped_one_says_whose_it_is_and_describes_everything() -> None:
    [(name, file)] = shipped().items()
    framework = read_framework(file)
    assert (framework.key, framework.version) == (name, 1) == ("working-together", 1)
    assert (framework.licence, framework.owner) == ("CC BY 4.0", "The Tandem developers")
    assert [len(cluster.strengths) for cluster in framework.clusters] == [5, 5, 5, 5]
    assert framework.most == 6
    described = [cluster.description for cluster in framework.clusters]
    described += [strength.description for cluster in framework.clusters for strength in cluster.strengths]
    assert all(text and text.endswith(".") for text in described)


def test_what_a_file_says() -> None:
    framework = read_framework(FILE)
    assert (framework.name, framework.most, framework.ranked) == ("A small one", 2, True)
    assert [(s.key, s.description) for s in framework.clusters[0].strengths] == [
        ("thinking", None),
        ("asking", "Asks.\nThen waits."),
    ]
    assert not read_framework(changed(profile={"most": 2})).ranked


def test_the_digest_is_of_what_it_says() -> None:
    assert read_framework(FILE).digest == read_framework(changed()).digest
    assert read_framework(FILE).digest != read_framework(changed(owner="Somebody else")).digest


LONE = {"key": "alone", "name": "Alone", "strengths": [{"key": "one", "name": "One"}]}


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("- a list", [("NOT_A_FRAMEWORK", "")]),
        ("key: [", [("NOT_YAML", "")]),
        ("a: &x 1\nb: *x", [("NOT_YAML", "")]),
        ("key: a\nkey: b", [("REPEATED_KEY", "")]),
        ("x" * (LONGEST + 1), [("TOO_LONG", "")]),
        (changed(licence=None, owner=None), [("MISSING", ""), ("MISSING", "")]),
        (changed(colour="red", version="1"), [("UNKNOWN_KEY", ""), ("WRONG_TYPE", "version")]),
        (changed(key="No Key"), [("BAD_TEXT", "key")]),
        (changed(clusters=[]), [("BAD_FRAMEWORK", "clusters")]),
        (changed(profile={"most": 4}), [("TOO_FEW_STRENGTHS", "profile.most")]),
        (changed(profile={"most": 1}, clusters=[LONE, deepcopy(LONE)]),
         [("REPEATED_KEY", "clusters[1].key"), ("REPEATED_NAME", "clusters[1].name"),
          ("REPEATED_KEY", "clusters[1].strengths[0].key"), ("REPEATED_NAME", "clusters[1].strengths[0].name")]),
        (changed(name="A\u202eb", profile={"most": 9}),
         [("BAD_CHARACTERS", "name"), ("TOO_FEW_STRENGTHS", "profile.most")]),
    ],
)  # fmt: skip
def test_a_file_that_is_none_has_all_its_errors_told(file: str, found: list[tuple[str, str]]) -> None:
    assert problems(file) == found


def test_the_message_names_every_error() -> None:
    with pytest.raises(Refused) as refusal:
        read_framework(changed(licence=None, owner=None))
    assert refusal.value.code == "BAD_FRAMEWORK"
    assert "'licence' is a required property" in refusal.value.message
    assert "'owner' is a required property" in refusal.value.message


async def _count(database: Database, model: Any) -> int:
    async with acting(database) as work:
        return await work.session.scalar(select(func.count()).select_from(model)) or 0


async def test_it_is_stored_with_its_clusters_and_strengths_in_order(database: Database) -> None:
    async with acting(database) as work:
        stored = await frameworks.store(work, file=FILE)
    async with acting(database) as work:
        rows = await work.session.execute(
            select(StrengthsCluster.key, Strength.key, Strength.place, Strength.description)
            .join(Strength, Strength.cluster_id == StrengthsCluster.id)
            .where(Strength.framework_id == stored.id)
            .order_by(StrengthsCluster.place, Strength.place)
        )
        assert [tuple(row) for row in rows] == [
            ("head", "thinking", 1, None),
            ("head", "asking", 2, "Asks.\nThen waits."),
            ("hand", "making", 3, None),
        ]
        [entry] = await work.session.scalars(select(JournalEntry))
    assert (entry.command, entry.changes["version"]) == ("strengths.framework_stored", [None, 1])


async def test_the_same_file_again_changes_nothing(database: Database) -> None:
    async with acting(database) as work:
        stored = await frameworks.store(work, file=FILE)
    async with acting(database) as work:
        assert (await frameworks.store(work, file=changed())).id == stored.id
        assert work.entries == []
    assert await _count(database, Strength) == 3


async def test_a_new_version_is_a_new_framework(database: Database) -> None:
    async with acting(database) as work:
        stored = await frameworks.store(work, file=FILE)
        newer = await frameworks.store(work, file=changed(version=2, name="A better one"))
    assert newer.id != stored.id
    assert await _count(database, StrengthsFramework) == 2


async def test_what_is_stored_cannot_become_something_else(database: Database) -> None:
    async with acting(database) as work:
        await frameworks.store(work, file=FILE)
    async with refused(database, "VERSION_STORED"), acting(database) as work:
        await frameworks.store(work, file=changed(owner="Somebody else"))


async def test_it_is_for_administrators(database: Database) -> None:
    with pytest.raises(Forbidden):
        async with acting(database, viewer=Viewer(Role.SPONSOR, NOBODY)) as work:
            await frameworks.store(work, file=FILE)
    assert await _count(database, StrengthsFramework) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE strengths_frameworks SET owner = 'somebody else'",
        "UPDATE strengths_clusters SET name = 'something else'",
        "UPDATE strengths SET name = 'something else'",
        "DELETE FROM strengths",
    ],
)
async def test_the_database_itself_keeps_it(database: Database, statement: str) -> None:
    async with acting(database) as work:
        await frameworks.store(work, file=FILE)
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    try:
        with pytest.raises(asyncpg.PostgresError, match="stays as it is"):
            await connection.execute(statement)
    finally:
        await connection.close()
