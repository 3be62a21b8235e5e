"""Rounds as people meet them: links that are told once, what is refused, and what has no type in the schema."""

from __future__ import annotations

from typing import Any

import pytest

from domain.models import RoundAnswer, RoundInvitation
from graph.reads.declare import declaration_of
from graph.schema import schema
from tests.domain.assessments.rounds import AUDIT
from tests.graph.mutations.scenes import Given, Scene
from tests.refusals import contents

LINKS = "links { name email path }"


async def test_links_are_told_once(it: Scene) -> None:
    assert (await it.do("roundRemind", {"id": "@open_round", "dryRun": True}, LINKS))["links"] == []
    given = {"id": "@open_round", "idempotencyKey": f"remind-{it.ref}"}
    first = await it.do("roundRemind", given, LINKS)
    assert [link["email"] for link in first["links"]] == [
        f"{n}.{it.ref}@example.org" for n in ("flo", "gus", "hal")
    ]
    assert (await it.do("roundRemind", given, LINKS))["links"] == []
    assert (await it.do("roundInvite", {"id": "@open_round"}, LINKS))["links"] == []
    # The link that came before leads nowhere now, and the new one works once.
    answers = {"answers": {"free-to-decide": 4}}
    assert await it.refused("roundAnswer", {"token": "@token", **answers}) == ("NOT_FOUND", "token")
    token = first["links"][0]["path"].removeprefix("/answer/")
    assert (await it.do("roundAnswer", {"token": token, **answers}))["userErrors"] == []
    assert await it.refused("roundAnswer", {"token": token, **answers}) == ("ALREADY_ANSWERED", None)
    reminded = await it.do("roundRemind", {"id": "@open_round"}, LINKS)
    assert [link["name"] for link in reminded["links"]] == [f"{name} {it.ref}" for name in ("Gus", "Hal")]


async def test_no_token_is_in_the_journal(it: Scene) -> None:
    given = {"id": "@open_round", "idempotencyKey": f"key-{it.ref}"}
    links = (await it.do("roundRemind", given, LINKS))["links"]
    asked = "{ journal(first: 100) { nodes { command changes } } }"
    said = str(await it.ask(asked))
    assert "round.reminded" in said
    assert not any(link["path"].removeprefix("/answer/") in said for link in links)


async def test_somebody_with_a_link_needs_no_other_right(it: Scene) -> None:
    given = {"token": "@token", "answers": {"free-to-decide": 4}}
    answer = await it.do("roundAnswer", given, "round { title }", viewer=it.stranger)
    # What they may not see stays unseen.
    assert (answer["userErrors"], answer["round"]) == ([], None)


def test_the_schema_has_no_type_for_an_answer_or_an_invitation() -> None:
    models = set()
    for kind in schema._schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition") if kind.extensions else None
        if definition is not None and hasattr(definition.origin, "__reads__"):
            models.add(declaration_of(definition.origin).model)
    assert not models & {RoundAnswer, RoundInvitation}


async def test_nobody_sees_what_was_given_before_it_is_published(it: Scene) -> None:
    await it.do("roundAnswer", {"token": "@token", "answers": {"free-to-decide": 4}})
    asked = """query Q($id: ID!) { round(id: $id) { state results { totalCount }
        cells { nodes { participants results { totalCount } comments { totalCount } } } } }"""
    answer = await it.ask(asked, {"id": "@open_round"})
    assert answer["data"]["round"] == {
        "state": "OPEN",
        "results": {"totalCount": 0},
        "cells": {
            "nodes": [{"participants": None, "results": {"totalCount": 0}, "comments": {"totalCount": 0}}]
        },
    }


PUBLISHED = """query Q($id: ID!) { round(id: $id) { state notice
    cells { nodes { title invited participants
        ranked: results(filter: {kind: {eq: ITEM}}, orderBy: [{score: DESC}]) { nodes { key score n band { key } } }
        differ: results(filter: {deviation: {isNull: false}}, orderBy: [{deviation: DESC}]) { nodes { key deviation } }
        comments { totalCount } } }
    comparisons { nodes { kind sentence first { round { title } } } } } }"""


async def test_results_are_the_same_for_everybody_who_may_see_them(it: Scene) -> None:
    answer = await it.ask(PUBLISHED, {"id": "@third_round"})
    [cell] = answer["data"]["round"]["cells"]["nodes"]
    assert (cell["title"], cell["invited"], cell["participants"]) == ("Everybody", 3, 3)
    # Everybody was favourable to the other item, which is left out; nobody answered the third.
    assert cell["ranked"]["nodes"] == [
        {"key": "motivated-by-work", "score": "66.666667", "n": 3, "band": None}
    ]
    assert {found["key"] for found in cell["differ"]["nodes"]} == {"motivated", "motivated-by-work"}
    sentences = [each["sentence"] for each in answer["data"]["round"]["comparisons"]["nodes"]]
    assert len(sentences) == 2
    assert all(sentence.endswith("3 of 3 answered, then 3 of 3.") for sentence in sentences)
    as_sponsor = await it.ask(PUBLISHED, {"id": "@third_round"}, viewer=it.sponsor)
    assert as_sponsor["data"] == answer["data"]
    nothing = await it.ask(PUBLISHED, {"id": "@third_round"}, viewer=it.stranger)
    assert nothing["data"] == {"round": None}


async def test_before_it_was_published_there_was_nothing(it: Scene) -> None:
    asked = PUBLISHED.replace("query Q($id: ID!)", 'query Q($id: ID!) @asOf(date: "2023-12-31")')
    assert (await it.ask(asked, {"id": "@third_round"}))["data"] == {"round": None}


def _answer(**given: Any) -> tuple[str, Given]:
    return "roundAnswer", {"token": "@token", "answers": {"free-to-decide": 4}} | given


def _draft(mutation: str, **given: Any) -> tuple[str, Given]:
    return mutation, {"id": "@draft_round"} | given


REFUSALS = [
    (("roundCreate", {"teamId": "@asked_team", "instrumentId": "@pulse", "title": "First"}), "TITLE_TAKEN", "title"),
    (("roundCreate", {"teamId": "@asked_team", "instrumentId": "@pulse", "title": " "}), "EMPTY_TITLE", "title"),
    (("roundCreate", {"teamId": "@asked_team", "instrumentId": "@pulse", "title": "New", "k": 2}), "K_TOO_LOW", "k"),
    (("roundCreate", {"teamId": "@asked_team", "instrumentId": "@team", "title": "New"}), "NOT_FOUND", "instrumentId"),
    (_draft("roundUpdate", k=2), "K_TOO_LOW", "k"),
    (_draft("roundUpdate", k=None), "EMPTY_K", "k"),
    (_draft("roundUpdate", closesOn="0026-12-21"), "BAD_DATE", "closesOn"),
    (_draft("roundUpdate", k=4, expectedVersion=7), "STALE", "expectedVersion"),
    (_draft("roundGroup", grouping="organisation", name="A", personIds=["@hal"]), "RESERVED_GROUPING", "grouping"),
    (_draft("roundGroup", grouping="Side", name="A", personIds=["@ada"]), "NOT_IN_TEAM", "personIds"),
    (_draft("roundGroup", grouping="Side", name="A", personIds=["@team"]), "NOT_FOUND", "personIds"),
    (_draft("roundInvite"), "ROUND_NOT_OPEN", None),
    (_draft("roundClose"), "ROUND_NOT_OPEN", None),
    (("roundClose", {"id": "@open_round", "effectiveOn": "2024-02-01"}), "DATED_BACK", "effectiveOn"),
    (_draft("roundWithdraw"), "ROUND_NOT_OPEN", None),
    (("roundUpdate", {"id": "@open_round", "k": 4}), "ROUND_OPEN", None),
    (("roundOpen", {"id": "@open_round"}), "NOT_A_DRAFT", None),
    (("roundUpdate", {"id": "@first_round", "k": 4}), "ANONYMITY_LOCKED", None),
    (("roundWithdraw", {"id": "@first_round"}), "ANONYMITY_LOCKED", None),
    (("roundCompare", {"id": "@open_round", "earlierId": "@first_round"}), "ROUND_NOT_PUBLISHED", None),
    (("roundCompare", {"id": "@first_round", "earlierId": "@second_round"}), "NOT_EARLIER", "earlierId"),
    (("roundCompare", {"id": "@first_round", "earlierId": "@team"}), "NOT_FOUND", "earlierId"),
    (_answer(token="x" * 43), "NOT_FOUND", "token"),
    (_answer(token="é" * 43), "NOT_FOUND", "token"),
    (_answer(answers={"nothing": 4}), "UNKNOWN_ITEM", "answers"),
    (_answer(answers={"free-to-decide": 6}), "ANSWER_OUT_OF_SCALE", "answers"),
    (_answer(answers={"free-to-decide": "4"}), "BAD_ANSWERS", "answers"),
    (_answer(answers={"free-to-decide": True}), "BAD_ANSWERS", "answers"),
    (_answer(answers={"free-to-decide": 4.0}), "BAD_ANSWERS", "answers"),
    (_answer(answers=[4]), "BAD_ANSWERS", "answers"),
    (_answer(answers={}), "NOTHING_ANSWERED", "answers"),
    (_answer(comments={"free-to-decide": "So."}), "NO_COMMENTS", "comments"),
    (_answer(comments={"free-to-decide": "x" * 2001}), "TOO_LONG", "comments"),
    (_answer(comments={"nothing": "So."}), "UNKNOWN_ITEM", "comments"),
    (_answer(comments={"free-to-decide": 4}), "BAD_ANSWERS", "comments"),
    (("instrumentStore", {}), "FILE_OR_KEY", "file"),
    (("instrumentStore", {"file": AUDIT.replace("version: 1", "version: none")}), "WRONG_TYPE", "file"),
    (("instrumentStore", {"shippedKey": "nothing"}), "NOT_FOUND", "shippedKey"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "code", "field"), REFUSALS, ids=[f"{n} {r[0][0]} {r[1]}" for n, r in enumerate(REFUSALS)]
)
async def test_it_is_refused_and_nothing_happens(
    untouched: Scene, asked: tuple[str, Given], code: str, field: str | None
) -> None:
    before = await contents(untouched.database)
    assert await untouched.refused(*asked) == (code, field)
    assert await contents(untouched.database) == before
