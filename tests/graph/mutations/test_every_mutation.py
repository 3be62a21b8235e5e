"""Each mutation once with success: rehearsed, carried out, and refused to those who may not."""

from __future__ import annotations

import pytest

from tests.graph.mutations.cases import CASES
from tests.graph.mutations.scenes import Case, Scene
from tests.refusals import contents

every = pytest.mark.parametrize("case", CASES, ids=[case.mutation for case in CASES])
NOTHING = "00000000-0000-7000-8000-000000000000"


async def _prepared(it: Scene, case: Case) -> None:
    for mutation, given in case.first:
        assert (await it.do(mutation, given))["userErrors"] == []


@every
async def test_it_answers_with_the_record(it: Scene, case: Case) -> None:
    await _prepared(it, case)
    before = await contents(it.database)
    rehearsed = await it.do(case.mutation, {**case.given, "dryRun": True}, case.selected)
    assert await contents(it.database) == before
    done = await it.do(case.mutation, case.given, case.selected)
    name = case.selected.split(" ", maxsplit=1)[0]
    assert done[name] == it.filled(case.answer) == rehearsed[name]
    assert done["userErrors"] == rehearsed["userErrors"] == []
    changed = await contents(it.database)
    tables = {table for table in changed if changed[table] != before[table]}
    if case.is_anonymous:
        assert tables == {"round_answers", "round_invitations"}
    else:
        assert tables >= {"journal"}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if not case.anyone],
    ids=[case.mutation for case in CASES if not case.anyone],
)
async def test_it_is_not_for_sponsors(it: Scene, case: Case) -> None:
    await _prepared(it, case)
    before = await contents(it.database)
    hides = case.hidden and case.subject is not None
    stranger = await it.refused(case.mutation, case.given, selected=case.selected, viewer=it.stranger)
    assert stranger == (("NOT_FOUND", case.subject) if hides else ("FORBIDDEN", None))
    sponsor = await it.refused(case.mutation, case.given, selected=case.selected, viewer=it.sponsor)
    assert sponsor == ("FORBIDDEN", None)
    assert await contents(it.database) == before


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.subject], ids=[case.mutation for case in CASES if case.subject]
)
async def test_an_id_that_leads_nowhere_is_named(untouched: Scene, case: Case) -> None:
    given, subject = case.given, case.subject
    assert subject is not None
    kind = untouched.filled(given[subject]).partition(":")[0]
    for wrong in ("nonsense", NOTHING, f"Job:{NOTHING}", f"{kind}:{NOTHING}", f"{kind}:{NOTHING[1:]}", ""):
        refusal = await untouched.refused(case.mutation, {**given, subject: wrong})
        assert refusal == ("NOT_FOUND", subject), wrong
