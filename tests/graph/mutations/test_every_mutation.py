"""Each mutation once with success: rehearsed, carried out, and refused to those who may not."""

from __future__ import annotations

import pytest

from tests.graph.mutations.cases import CASES, Case
from tests.graph.mutations.scenes import Scene
from tests.refusals import contents

every = pytest.mark.parametrize("case", CASES, ids=[case.mutation for case in CASES])
NOTHING = "00000000-0000-7000-8000-000000000000"


async def _prepared(it: Scene, case: Case) -> None:
    for mutation, given in case.first:
        assert (await it.do(mutation, given(it)))["userErrors"] == []


@every
async def test_it_answers_with_the_record(it: Scene, case: Case) -> None:
    await _prepared(it, case)
    before = await contents(it.database)
    rehearsed = await it.do(case.mutation, {**case.given(it), "dryRun": True}, case.selected)
    assert await contents(it.database) == before
    done = await it.do(case.mutation, case.given(it), case.selected)
    name = case.selected.split(" ", maxsplit=1)[0]
    assert done[name] == case.answer(it) == rehearsed[name]
    assert done["userErrors"] == rehearsed["userErrors"] == []
    changed = await contents(it.database)
    assert {table for table in changed if changed[table] != before[table]} >= {"journal"}


@every
async def test_it_is_not_for_sponsors(it: Scene, case: Case) -> None:
    await _prepared(it, case)
    before = await contents(it.database)
    hides = case.hidden and case.subject is not None
    stranger = await it.refused(case.mutation, case.given(it), selected=case.selected, viewer=it.stranger)
    assert stranger == (("NOT_FOUND", case.subject) if hides else ("FORBIDDEN", None))
    sponsor = await it.refused(case.mutation, case.given(it), selected=case.selected, viewer=it.sponsor)
    assert sponsor == ("FORBIDDEN", None)
    assert await contents(it.database) == before


@pytest.mark.parametrize(
    "wrong", ["nonsense", "Job:{}", "{}", f"Milestone:{NOTHING[:-1]}", "same kind"], ids=lambda wrong: wrong[:9]
)
@pytest.mark.parametrize(
    "case", [case for case in CASES if case.subject], ids=[case.mutation for case in CASES if case.subject]
)
async def test_an_id_that_leads_nowhere_is_named(it: Scene, case: Case, wrong: str) -> None:
    given = case.given(it)
    kind = given[case.subject].partition(":")[0]
    given[case.subject] = f"{kind}:{NOTHING}" if wrong == "same kind" else wrong.format(NOTHING)
    assert await it.refused(case.mutation, given) == ("NOT_FOUND", case.subject)
