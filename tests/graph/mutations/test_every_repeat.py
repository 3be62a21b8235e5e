"""Each mutation sent twice with one key, and with a version that is none: done once, and not at all."""

from __future__ import annotations

import pytest

from graph.schema import schema
from tests.graph.mutations.cases import CASES
from tests.graph.mutations.scenes import Case, Scene
from tests.refusals import contents

# No request of somebody unknown can be told again, since nothing may say which it was; a link works once instead.
KEYED = [case for case in CASES if not case.is_anonymous]


@pytest.mark.parametrize("case", KEYED, ids=[case.mutation for case in KEYED])
async def test_a_repeat_is_answered_and_not_repeated(it: Scene, case: Case) -> None:
    await _prepared(it, case)
    given = {**case.given, "idempotencyKey": f"once {it.ref}"}
    first = await it.do(case.mutation, given, case.selected)
    after = await contents(it.database)
    again = await it.do(case.mutation, given, case.selected)
    assert (again["id"], again["userErrors"]) == (first["id"], [])
    # What shows only after the transaction that made it is missing from the first answer.
    assert case.answer is None or again == first
    assert await contents(it.database) == after


def _is_edit(mutation: str) -> bool:
    """Whether it takes the version that was read."""
    given = (
        schema.as_str().partition(f"input {mutation[0].upper()}{mutation[1:]}Input {{")[2].partition("\n}")[0]
    )
    return "expectedVersion" in given


EDITS = [case for case in CASES if _is_edit(case.mutation)]


@pytest.mark.parametrize("case", EDITS, ids=[case.mutation for case in EDITS])
async def test_a_stale_version_is_refused(it: Scene, case: Case) -> None:
    await _prepared(it, case)
    before = await contents(it.database)
    refusal = await it.refused(case.mutation, {**case.given, "expectedVersion": 99}, selected=case.selected)
    assert refusal == ("STALE", "expectedVersion")
    assert await contents(it.database) == before


async def _prepared(it: Scene, case: Case) -> None:
    for mutation, given in case.first:
        assert (await it.do(mutation, given))["userErrors"] == []
