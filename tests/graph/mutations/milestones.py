"""Milestones and summaries: what each mutation is given and answers."""

from __future__ import annotations

from tests.graph.mutations.scenes import Case

CASES = [
    Case(
        "milestoneCreate",
        {
            "programmeId": "@programme",
            "title": "Finished",
            "baselineOn": "2026-12-01",
            "forecastOn": "2026-12-31",
            "criticality": "HIGH",
            "ownerOrganisationId": "@lead",
            "ownerPersonId": "@ada",
            "marksEnd": True,
        },
        "milestone { slipDays criticality owner { id } ownerPerson { id } programme { endsOn } "
        "ledger { nodes { days reason } } baselines { totalCount } }",
        {
            "slipDays": 30,
            "criticality": "HIGH",
            "owner": {"id": "@lead"},
            "ownerPerson": {"id": "@ada"},
            "programme": {"endsOn": "2026-12-31"},
            "ledger": {"nodes": [{"days": 30, "reason": "REPORTED"}]},
            "baselines": {"totalCount": 1},
        },
        subject="programmeId",
    ),
    Case(
        "milestoneUpdate",
        {"id": "@opening", "title": "All doors open", "evidenceRequired": True},
        "milestone { title criticality evidenceRequired }",
        {"title": "All doors open", "criticality": "MEDIUM", "evidenceRequired": True},
    ),
    Case(
        "milestoneOwnerAssign",
        {"id": "@opening", "organisationId": None, "personId": "@ben"},
        "milestone { owner { id } ownerPerson { id } }",
        {"owner": None, "ownerPerson": {"id": "@ben"}},
    ),
    Case(
        "milestoneReforecast",
        {
            "id": "@opening",
            "forecastOn": "2026-07-31",
            "reason": "FUNDING",
            "expectedVersion": 1,
        },
        "milestone { version slipDays status ledger { nodes { days reason note fromOn toOn } } }",
        {
            "version": 2,
            "slipDays": 31,
            "status": "PLANNED",
            "ledger": {
                "nodes": [
                    {
                        "days": 31,
                        "reason": "FUNDING",
                        "note": None,
                        "fromOn": "2026-06-30",
                        "toOn": "2026-07-31",
                    }
                ]
            },
        },
    ),
    Case(
        "milestoneRebaseline",
        {
            "id": "@opening",
            "baselineOn": "2026-07-30",
            "approvedById": "@ben",
            "note": "Agreed at the board.",
        },
        "milestone { slipDays baselines { nodes { baselineOn note approvedBy { id } } } }",
        {
            "slipDays": -30,
            "baselines": {
                "nodes": [
                    {"baselineOn": "2026-06-30", "note": None, "approvedBy": None},
                    {
                        "baselineOn": "2026-07-30",
                        "note": "Agreed at the board.",
                        "approvedBy": {"id": "@ben"},
                    },
                ]
            },
        },
    ),
    Case(
        "milestoneAchieve",
        {
            "id": "@rota",
            "achievedOn": "2026-05-31",
            "evidenceUrl": "https://example.org/rota",
            "evidenceTitle": "The rota",
        },
        "milestone { status achievedOn evidence { nodes { title url } } }",
        {
            "status": "ACHIEVED",
            "achievedOn": "2026-05-31",
            "evidence": {"nodes": [{"title": "The rota", "url": "https://example.org/rota"}]},
        },
    ),
    Case(
        "milestoneAchievementWithdraw",
        {"id": "@rota", "note": "It was another rota."},
        "milestone { status achievedOn }",
        {"status": "PLANNED", "achievedOn": None},
        first=(("milestoneAchieve", {"id": "@rota", "achievedOn": "2026-05-31"}),),
    ),
    Case(
        "milestoneCancel",
        {"id": "@rota", "note": "Nobody needs it."},
        "milestone { status cancelledOn }",
        {"status": "CANCELLED", "cancelledOn": "2026-06-01"},
    ),
    Case(
        "milestoneReinstate",
        {"id": "@rota", "note": "Somebody needs it."},
        "milestone { status cancelledOn }",
        {"status": "PLANNED", "cancelledOn": None},
        first=(("milestoneCancel", {"id": "@rota", "note": "Nobody needs it."}),),
    ),
    Case(
        "dependencyAdd",
        {"milestoneId": "@rota", "dependsOnId": "@opening"},
        "dependency { milestone { id } dependsOn { id } }",
        {"milestone": {"id": "@rota"}, "dependsOn": {"id": "@opening"}},
        subject="milestoneId",
        first=(("dependencyRemove", {"id": "@dependency"}),),
    ),
    Case("dependencyRemove", {"id": "@dependency"}, "dependency { id }", None),
    Case(
        "evidenceAdd",
        {"milestoneId": "@rota", "url": "https://example.org/rota"},
        "evidence { title url }",
        {"title": "https://example.org/rota", "url": "https://example.org/rota"},
        subject="milestoneId",
    ),
    Case("evidenceRemove", {"id": "@evidence"}, "evidence { id }", None),
    Case(
        "summaryCompile",
        {"personId": "@ben", "periodFrom": "2025-12-31", "periodTo": "2026-03-31"},
        "job { function dueAt doneAt failedAt failure result summary { id } }",
        {
            "function": "compile_summary",
            "dueAt": "2026-06-01T12:00:00+00:00",
            "doneAt": None,
            "failedAt": None,
            "failure": None,
            "result": None,
            "summary": None,
        },
        subject="personId",
    ),
    Case(
        "summaryReview",
        {"id": "@summary", "expectedVersion": 1},
        "summary { state version reviewedAt }",
        {"state": "REVIEWED", "version": 2, "reviewedAt": "2026-06-01T12:00:00+00:00"},
    ),
    Case(
        "summaryIssue",
        {"id": "@summary"},
        "summary { state issuedAt }",
        {"state": "ISSUED", "issuedAt": "2026-06-01T12:00:00+00:00"},
        first=(("summaryReview", {"id": "@summary"}),),
    ),
]
