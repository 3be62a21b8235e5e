"""What is refused answers with field, code and message, and nothing happened."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.mutations.scenes import Given, Scene
from tests.refusals import contents

Refusal = tuple[str, str, Given, str, str | None]


def _milestone(**given: Any) -> Given:
    return {"id": "@opening", **given}


REFUSALS: list[Refusal] = [
    (
        "a change in the future",
        "milestoneUpdate",
        _milestone(title="Later", effectiveOn="2026-06-02"),
        "FUTURE_CHANGE",
        "effectiveOn",
    ),
    (
        "a change before what is known",
        "milestoneUpdate",
        _milestone(title="Before", effectiveOn="2023-12-31"),
        "EARLIER_THAN_KNOWN",
        "effectiveOn",
    ),
    (
        "a day that cannot be meant",
        "milestoneUpdate",
        _milestone(title="Never", effectiveOn="0026-06-01"),
        "BAD_DATE",
        "effectiveOn",
    ),
    (
        "a record that somebody else has changed",
        "milestoneReforecast",
        _milestone(forecastOn="2026-07-31", reason="SCOPE", expectedVersion=7),
        "STALE",
        "expectedVersion",
    ),
    ("a title of nothing", "milestoneUpdate", _milestone(title=" "), "EMPTY_TITLE", "title"),
    ("no title at all", "milestoneUpdate", _milestone(title=None), "EMPTY_TITLE", "title"),
    (
        "no criticality at all",
        "milestoneUpdate",
        _milestone(criticality=None),
        "EMPTY_CRITICALITY",
        "criticality",
    ),
    (
        "neither yes nor no",
        "milestoneUpdate",
        _milestone(evidenceRequired=None),
        "EMPTY_EVIDENCE_REQUIRED",
        "evidenceRequired",
    ),
    ("no name at all", "organisationUpdate", {"id": "@lead", "name": None}, "EMPTY_NAME", "name"),
    ("no kind at all", "organisationUpdate", {"id": "@lead", "kind": None}, "EMPTY_KIND", "kind"),
    (
        "no frequency at all",
        "personUpdate",
        {"id": "@ada", "summaryFrequency": None},
        "EMPTY_SUMMARY_FREQUENCY",
        "summaryFrequency",
    ),
    (
        "no start of a phase",
        "phaseUpdate",
        {"id": "@phase", "startsOn": None},
        "EMPTY_STARTS_ON",
        "startsOn",
    ),
    (
        "a character that cannot be shown",
        "milestoneUpdate",
        _milestone(title="a\u0000b"),
        "BAD_CHARACTERS",
        "title",
    ),
    (
        "an owner that is not there",
        "milestoneOwnerAssign",
        {"id": "@opening", "organisationId": "@ada"},
        "NOT_FOUND",
        "organisationId",
    ),
    (
        "evidence with a title that is too long",
        "milestoneAchieve",
        {
            "id": "@rota",
            "achievedOn": "2026-05-31",
            "evidenceUrl": "https://example.org",
            "evidenceTitle": "x" * 301,
        },
        "TOO_LONG",
        "evidenceTitle",
    ),
    (
        "a reason that is not for people",
        "milestoneReforecast",
        _milestone(forecastOn="2026-07-31", reason="REPORTED"),
        "REASON_RESERVED",
        "reason",
    ),
    (
        "a baseline without its reason",
        "milestoneRebaseline",
        {"id": "@opening", "baselineOn": "2026-08-01", "approvedById": "@ada", "note": " "},
        "NOTE_REQUIRED",
        "note",
    ),
    (
        "a circle",
        "dependencyAdd",
        {"milestoneId": "@rota", "dependsOnId": "@opening"},
        "DEPENDENCY_CYCLE",
        "dependsOnId",
    ),
    (
        "a lead that has closed",
        "programmeCreate",
        {"ref": "{ref}-late", "title": "Late", "leadId": "@closed"},
        "ORGANISATION_CLOSED",
        "leadId",
    ),
    (
        "a succession before the predecessor opened",
        "organisationSucceed",
        {"predecessorId": "@young", "successorId": "@lead", "on": "2024-12-31"},
        "CLOSES_BEFORE_IT_OPENS",
        "on",
    ),
    (
        "a second lead",
        "partnerAdd",
        {
            "programmeId": "@programme",
            "organisationId": "@heir",
            "role": "LEAD",
            "startsOn": "2026-01-01",
        },
        "ONE_LEAD",
        "role",
    ),
    (
        "a report of tomorrow",
        "statusReportAdd",
        {"programmeId": "@programme", "reportedOn": "2026-06-02"},
        "REPORTED_IN_FUTURE",
        "reportedOn",
    ),
    (
        "a summary of a period that has no days",
        "summaryCompile",
        {"personId": "@ada", "periodFrom": "2026-03-31", "periodTo": "2026-03-31"},
        "PERIOD_WITHOUT_DAYS",
        "periodFrom",
    ),
    (
        "a key of nothing",
        "milestoneUpdate",
        _milestone(title="x", idempotencyKey=" "),
        "BAD_IDEMPOTENCY_KEY",
        "idempotencyKey",
    ),
]


@pytest.mark.parametrize(
    ("mutation", "given", "code", "field"),
    [case[1:] for case in REFUSALS],
    ids=[case[0] for case in REFUSALS],
)
async def test_it_is_refused_and_nothing_happens(
    untouched: Scene, mutation: str, given: Given, code: str, field: str | None
) -> None:
    before = await contents(untouched.database)
    assert await untouched.refused(mutation, given) == (code, field)
    assert await contents(untouched.database) == before


async def test_a_stale_change_says_what_there_is_now(it: Scene) -> None:
    moved = {"id": "@opening", "forecastOn": "2026-07-31", "reason": "SCOPE"}
    await it.do("milestoneReforecast", moved)
    answer = await it.do("milestoneUpdate", {"id": "@opening", "title": "Mine", "expectedVersion": 1})
    assert "you had version 1, it is now at version 2" in answer["userErrors"][0]["message"]
    found = await it.ask(f'{{ node(id: "{it.opening}") {{ ... on Milestone {{ title slipDays }} }} }}')
    assert found["data"]["node"] == {"title": "Doors open", "slipDays": 31}
